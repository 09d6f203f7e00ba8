#include <gtest/gtest.h>

#include <stdexcept>

#include "http/proxies.hpp"
#include "http/router.hpp"

namespace bifrost::http {
namespace {

Route route_to(Method method, std::string pattern) {
    Route route;
    route.method = method;
    route.pattern = std::move(pattern);
    route.handler = [](const Request&) { return Response{}; };
    return route;
}

class RouterTest : public testing::Test {
  protected:
    RouterTest() {
        for (const char* pattern :
             {"/", "/assets/{id}", "/assets/recent", "/assets/{id}/products", "/products/{id}/versions",
              "/ui/{rest...}", "/ui/index", "/{kind}/{id}/history"})
            router.add(route_to(Method::get, pattern));
        router.add(route_to(Method::patch, "/assets/{asset}"));
        router.add(route_to(Method::post, "/assets/recent"));
        router.add(route_to(Method::post, "/assets/batch"));
    }

    std::string found(std::string_view path, Method method = Method::get) {
        match = router.match(method, path, allowed);
        return match ? match->route->pattern : "-";
    }

    Router router;
    std::optional<Match> match;
    std::vector<Method> allowed;
};

using Params = std::map<std::string, std::string, std::less<>>;

TEST_F(RouterTest, a_fixed_segment_beats_a_placeholder_and_that_beats_the_rest) {
    EXPECT_EQ(found("/assets/recent"), "/assets/recent");
    EXPECT_EQ(found("/assets/other"), "/assets/{id}");
    EXPECT_EQ(found("/ui/index"), "/ui/index");
    EXPECT_EQ(found("/ui/index.js"), "/ui/{rest...}");
    EXPECT_EQ(found("/"), "/");
}

TEST_F(RouterTest, a_dead_end_of_fixed_segments_is_left_again) {
    EXPECT_EQ(found("/assets/recent/products"), "/assets/{id}/products");
    EXPECT_EQ(found("/assets/7/history"), "/{kind}/{id}/history");
    EXPECT_EQ(match->params, (Params{{"kind", "assets"}, {"id", "7"}}));
    EXPECT_EQ(found("/assets/batch"), "-") << "an address of its own, which knows POST only";
}

TEST_F(RouterTest, placeholders_are_decoded_and_an_encoded_slash_stays_in_its_segment) {
    EXPECT_EQ(found("/assets/a%2Fb%20%C3%A9+"), "/assets/{id}");
    EXPECT_EQ(match->params, (Params{{"id", "a/b \xc3\xa9+"}}));
    EXPECT_EQ(found("/%61ssets/recent"), "/assets/recent");
    EXPECT_EQ(found("/ui/a/b%20c/d"), "/ui/{rest...}");
    EXPECT_EQ(match->params, (Params{{"rest", "a/b c/d"}}));
}

TEST_F(RouterTest, placeholders_have_the_names_of_their_own_route) {
    EXPECT_EQ(found("/assets/7", Method::patch), "/assets/{asset}");
    EXPECT_EQ(match->params, (Params{{"asset", "7"}}));
}

TEST_F(RouterTest, odd_paths_match_nothing) {
    for (const char* path : {"", "assets/1", "//assets/1", "/assets//products", "/assets/", "/assets/1/",
                             "/assets/.", "/assets/..", "/assets/%2e%2E", "/ui/../index", "/ui/", "/ui",
                             "/ui/a%2Fb", "/assets/%", "/assets/%ff", "/assets/%00"})
        EXPECT_EQ(found(path), "-") << path;
}

TEST_F(RouterTest, head_finds_get_and_a_wrong_method_tells_the_right_ones) {
    EXPECT_EQ(found("/assets/1", Method::head), "/assets/{id}");
    EXPECT_TRUE(allowed.empty());
    EXPECT_EQ(found("/assets/1", Method::del), "-");
    EXPECT_EQ(allowed, (std::vector{Method::get, Method::head, Method::patch}));
    EXPECT_EQ(found("/assets/recent", Method::put), "-");
    EXPECT_EQ(allowed, (std::vector{Method::get, Method::head, Method::post}))
        << "an address of its own: PATCH of an asset is none of its methods";
    EXPECT_EQ(found("/nothing", Method::put), "-");
    EXPECT_TRUE(allowed.empty());
}

TEST_F(RouterTest, a_taken_or_malformed_pattern_is_a_bug_of_the_program) {
    for (const char* pattern : {"/assets/{other}", "/ui/{all...}", "assets", "", "/a//b", "/a/", "/a/{}",
                                "/a/{x", "/a/x{y}", "/a/{x}{y}", "/a/{rest...}/b", "/a/{x}/{x}", "/a/{X}"})
        EXPECT_THROW(router.add(route_to(Method::get, pattern)), std::logic_error) << pattern;
    Route both = route_to(Method::get, "/both");
    both.stream = [](const Request&) { return StreamDecision{}; };
    EXPECT_THROW(router.add(std::move(both)), std::logic_error);
}

TEST(Query, parameters_are_decoded_in_order) {
    Request request;
    request.query = "q=a+b%2B&&flag&x=1=2&q=%F0%9F%8E%AC";
    using Pairs = std::vector<std::pair<std::string, std::string>>;
    EXPECT_EQ(*request.query_params(),
              (Pairs{{"q", "a b+"}, {"flag", ""}, {"x", "1=2"}, {"q", "\xf0\x9f\x8e\xac"}}));
}

TEST(Query, malformed_escapes_bad_utf8_and_nul_are_malformed) {
    for (const char* bad : {"a=%", "a=%4", "a=%4g", "%zz=1", "a=%ff", "a=%C3", "a=%00", "a=\xff"}) {
        Request request;
        request.query = bad;
        const auto params = request.query_params();
        ASSERT_FALSE(params) << bad;
        EXPECT_EQ(params.error().code, Errc::malformed) << bad;
    }
}

TEST(Percent, everything_round_trips) {
    std::string all;
    for (int c = 1; c < 0x80; ++c) all += static_cast<char>(c);
    all += "\xc3\xa9";
    EXPECT_EQ(*percent_decode(percent_encode(all), false), all);
    EXPECT_EQ(percent_encode("a-b._~ /\xc3\xa9"), "a-b._~%20%2F%C3%A9");
}

TEST(Cookie, a_value_is_found_by_its_exact_name) {
    Request request;
    request.headers = {{"cookie", "xsid=1; sid=\"two\";a=b=c"}, {"cookie", "late=3"}};
    EXPECT_EQ(request.cookie("sid"), "two");
    EXPECT_EQ(request.cookie("a"), "b=c");
    EXPECT_EQ(request.cookie("late"), "3");
    EXPECT_FALSE(request.cookie("id"));
}

TEST(TrustedProxies, only_what_trusted_proxies_wrote_is_believed) {
    const auto proxies = TrustedProxies::parse({"127.0.0.1", "10.0.0.0/8", "fd00::/8"});
    ASSERT_TRUE(proxies);
    const auto seen_as = [&](const char* peer, const char* chain) {
        Request request;
        request.headers = {{"x-forwarded-for", chain}, {"x-forwarded-proto", "https"}};
        proxies->apply(peer, request);
        return request.remote_address + (request.secure ? " secure" : "");
    };
    EXPECT_EQ(seen_as("192.168.1.1", "1.2.3.4"), "192.168.1.1");
    EXPECT_EQ(seen_as("127.0.0.1", "1.2.3.4"), "1.2.3.4 secure");
    EXPECT_EQ(seen_as("127.0.0.1", "6.6.6.6, 1.2.3.4, 10.9.9.9"), "1.2.3.4 secure")
        << "what stands further left may be forged";
    EXPECT_EQ(seen_as("fd12::1", "garbage"), "fd12::1 secure");
    EXPECT_EQ(seen_as("127.0.0.1", "10.1.1.1"), "10.1.1.1 secure");
    for (const char* bad : {"", "10.0.0.0/33", "10.0.0.0/", "host", "::/129", "10.0.0.0/8x", "10.0.0.0/-1"})
        EXPECT_FALSE(TrustedProxies::parse({bad})) << bad;
}

} // namespace
} // namespace bifrost::http
