// Pages of other sites: what a browser is told.

#include <gtest/gtest.h>

#include "support/edge_fixture.hpp"

namespace bifrost::test {
namespace {

using http::Method;

class CrossOriginTest : public ::testing::Test {
  protected:
    CrossOriginTest() {
        edge.options.allowed_origins = {"https://bifrost.example.com"};
        edge.add(Method::get, "/a", [](const http::Request&) { return text_response("a"); });
        edge.start();
    }
    EdgeServer edge;
};

constexpr const char* kFrom = "Origin: https://bifrost.example.com\r\n";
constexpr const char* kFromElsewhere = "Origin: https://evil.example.com\r\n";
constexpr const char* kAsks = "Access-Control-Request-Method: PATCH\r\n";

TEST_F(CrossOriginTest, another_origin_gets_no_permission) {
    RawClient client(edge.port());
    const auto asked = client.exchange("OPTIONS", "/a", std::string(kFromElsewhere) + kAsks);
    EXPECT_EQ(asked.status, 204);
    EXPECT_EQ(asked.header("access-control-allow-origin"), "");
    EXPECT_EQ(asked.header("access-control-allow-methods"), "");
    const auto got = client.exchange("GET", "/a", kFromElsewhere);
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.header("access-control-allow-origin"), "");
    EXPECT_EQ(got.header("vary"), "Origin");
}

TEST_F(CrossOriginTest, an_origin_that_only_begins_like_an_allowed_one_gets_no_permission) {
    RawClient client(edge.port());
    for (const char* origin :
         {"https://bifrost.example.com.evil.org", "http://bifrost.example.com", "null"}) {
        const auto got = client.exchange("GET", "/a", std::string("Origin: ") + origin + "\r\n");
        EXPECT_EQ(got.header("access-control-allow-origin"), "") << origin;
    }
}

TEST_F(CrossOriginTest, an_allowed_origin_may_ask_and_read_answers_and_errors) {
    RawClient client(edge.port());
    const auto asked = client.exchange("OPTIONS", "/a", std::string(kFrom) + kAsks);
    EXPECT_EQ(asked.status, 204);
    EXPECT_EQ(asked.header("access-control-allow-origin"), "https://bifrost.example.com");
    EXPECT_NE(asked.header("access-control-allow-methods").find("PATCH"), std::string::npos);
    EXPECT_NE(asked.header("access-control-allow-headers").find("If-Match"), std::string::npos);
    for (const char* target : {"/a", "/missing"}) {
        const auto got = client.exchange("GET", target, kFrom);
        EXPECT_EQ(got.header("access-control-allow-origin"), "https://bifrost.example.com") << target;
        EXPECT_EQ(got.header("access-control-allow-credentials"), "true");
        EXPECT_NE(got.header("access-control-expose-headers").find("ETag"), std::string::npos);
    }
}

TEST_F(CrossOriginTest, options_that_is_no_question_of_a_browser_is_answered_as_ever) {
    RawClient client(edge.port());
    EXPECT_EQ(client.exchange("OPTIONS", "/a", kFrom).status, 405);
}

TEST(CrossOrigin, without_allowed_origins_nothing_changes) {
    EdgeServer edge;
    edge.add(Method::get, "/a", [](const http::Request&) { return text_response("a"); });
    edge.start();
    RawClient client(edge.port());
    EXPECT_EQ(client.exchange("OPTIONS", "/a", std::string(kFrom) + kAsks).status, 405);
    EXPECT_EQ(client.exchange("GET", "/a", kFrom).header("vary"), "");
}

} // namespace
} // namespace bifrost::test
