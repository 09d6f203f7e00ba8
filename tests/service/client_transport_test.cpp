#include <fstream>

#include <gtest/gtest.h>

#include "client/transport/api.hpp"
#include "client/transport/transfer_loop.hpp"
#include "service/client_support.hpp"
#include "support/temporary_folder.hpp"

namespace bifrost::client {
namespace {

using namespace std::chrono_literals;
using tests::StubReply;
using tests::StubRequest;
using tests::StubServer;

constexpr RetryPolicy kQuick{4, 1ms, 5ms};

TEST(HttpClient, a_full_server_is_asked_again_and_connections_are_kept) {
    std::atomic<int> calls = 0;
    StubServer server{[&](const StubRequest&) {
        return ++calls < 3 ? StubReply{503, "", "Retry-After: 0\r\n"} : StubReply{200, "{}"};
    }};
    HttpClient http{kQuick};
    const auto response =
        http.send({.method = "POST", .url = server.url() + "/x", .body = "{}", .repeatable = false});
    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(calls, 3);
    EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, what_may_not_be_repeated_is_sent_once_when_the_connection_is_lost) {
    StubServer server{[](const StubRequest&) { return StubReply{.drop = true}; }};
    HttpClient http{kQuick};
    const auto once =
        http.send({.method = "POST", .url = server.url() + "/once", .body = "{}", .repeatable = false});
    ASSERT_FALSE(once);
    EXPECT_EQ(once.error().code, Errc::unavailable);
    EXPECT_EQ(server.log().size(), 1U);
    EXPECT_FALSE(http.send({.url = server.url() + "/again"}));
    EXPECT_GE(server.log().size(), 5U);
}

TEST(HttpClient, a_server_that_never_answers_meets_the_deadline) {
    std::atomic<bool> release = false;
    StubServer server{[&](const StubRequest&) {
        while (!release) std::this_thread::sleep_for(5ms);
        return StubReply{};
    }};
    HttpClient http{{1, 1ms, 1ms}};
    const auto began = std::chrono::steady_clock::now();
    const auto response = http.send({.url = server.url() + "/", .deadline = 1s});
    release = true;
    ASSERT_FALSE(response);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 30s);
}

TEST(HttpClient, nobody_listening_is_said_with_the_address) {
    HttpClient http{kQuick};
    const auto response = http.send({.url = "http://127.0.0.1:1/x?secret=1"});
    ASSERT_FALSE(response);
    EXPECT_NE(response.error().detail.find("No answer from http://127.0.0.1:1:"), std::string::npos)
        << response.error().detail;
    EXPECT_EQ(response.error().detail.find("secret"), std::string::npos);
}

TEST(Api, posts_carry_a_key_and_the_token_goes_to_its_own_site_only) {
    std::string head;
    StubServer server{[&](const StubRequest& request) {
        head = request.head;
        return StubReply{201, "{\"id\":\"1\"}", "ETag: \"7\"\r\n"};
    }};
    Api api{{server.url(), "secret-token"}};
    const auto answer = api.post("/projects", boost::json::object{{"code", "bar"}});
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->etag, "\"7\"");
    EXPECT_NE(head.find("Authorization: Bearer secret-token"), std::string::npos);
    EXPECT_NE(head.find("Idempotency-Key: "), std::string::npos);
    EXPECT_TRUE(api.headers_for("http://store.example/x").empty());
    EXPECT_TRUE(api.headers_for(server.url() + "0/x").empty());
    EXPECT_EQ(api.absolute("/api/v1/x"), server.url() + "/api/v1/x");
    EXPECT_EQ(api.absolute("https://store/x"), "https://store/x");
}

TEST(Api, lists_are_read_page_by_page_and_a_page_that_is_no_json_is_named) {
    StubServer server{[&](const StubRequest& request) {
        if (request.target.find("/broken") != std::string::npos) return StubReply{200, "<html>"};
        return request.target.find("cursor=a%2Bb") == std::string::npos
                   ? StubReply{200, R"({"data":[1,2],"next_cursor":"a+b"})"}
                   : StubReply{200, R"({"data":[3],"next_cursor":null})"};
    }};
    Api api{{server.url(), ""}};
    std::string seen;
    ASSERT_TRUE(api.list("/things", {{"limit", "2"}}, [&](const auto& item) {
        seen += std::to_string(item.as_int64());
        return true;
    }));
    EXPECT_EQ(seen, "123");
    EXPECT_NE(api.get("/broken").error().detail.find("is it a Bifrost server?"), std::string::npos);
}

TEST(TransferLoop, many_files_share_few_connections_and_lost_ones_go_again) {
    const tests::TemporaryFolder folder;
    std::ofstream{folder.path() / "f"} << "0123456789";
    std::atomic<int> calls = 0;
    StubServer server{[&](const StubRequest& request) {
        if (++calls % 10 == 0) return StubReply{.drop = true};
        return StubReply{200, "", "ETag: \"" + request.body + "\"\r\n"};
    }};
    TransferLoop loop{3, kQuick};
    std::mutex mutex;
    std::condition_variable changed;
    int good = 0, done = 0;
    for (int i = 0; i < 100; ++i) {
        HttpRequest request{.method = "PUT", .url = server.url() + "/" + std::to_string(i)};
        request.file = FileSlice{folder.path() / "f", i % 5, 5};
        loop.add(std::move(request), [&, i](const Result<HttpResponse>& response) {
            const std::scoped_lock lock{mutex};
            ++done;
            good +=
                response &&
                        response->header("etag") ==
                            "\"" + std::string("0123456789").substr(static_cast<std::size_t>(i % 5), 5) + "\""
                    ? 1
                    : 0;
            changed.notify_all();
        });
    }
    std::unique_lock lock{mutex};
    ASSERT_TRUE(changed.wait_for(lock, 30s, [&] { return done == 100; }));
    EXPECT_EQ(good, 100);
    EXPECT_LE(server.connections(), 3 + 20);
}

TEST(TransferLoop, a_file_that_is_gone_is_an_error_of_that_file_alone) {
    StubServer server{[&](const StubRequest&) { return StubReply{}; }};
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<Result<HttpResponse>> gone, fine;
    TransferLoop loop{2, kQuick};
    HttpRequest request{.method = "PUT", .url = server.url() + "/a"};
    request.file = FileSlice{"/nonexistent/file", 0, 5};
    const auto keep = [&](auto& slot) {
        return [&](Result<HttpResponse> response) {
            const std::scoped_lock lock{mutex};
            slot = std::move(response);
            changed.notify_all();
        };
    };
    loop.add(std::move(request), keep(gone));
    loop.add({.url = server.url() + "/b"}, keep(fine));
    std::unique_lock lock{mutex};
    ASSERT_TRUE(changed.wait_for(lock, 30s, [&] { return gone && fine; }));
    EXPECT_FALSE(*gone);
    EXPECT_NE(gone->error().detail.find("/nonexistent/file can't be read"), std::string::npos);
    EXPECT_TRUE(*fine);
}

TEST(TransferLoop, ending_it_answers_what_was_still_under_way) {
    std::atomic<bool> release = false;
    StubServer server{[&](const StubRequest&) {
        while (!release) std::this_thread::sleep_for(5ms);
        return StubReply{};
    }};
    int answered = 0;
    {
        TransferLoop loop{1, kQuick};
        for (int i = 0; i < 3; ++i)
            loop.add({.url = server.url() + "/"},
                     [&](const Result<HttpResponse>& response) { answered += response ? 0 : 1; });
    }
    release = true;
    EXPECT_EQ(answered, 3);
}

} // namespace
} // namespace bifrost::client
