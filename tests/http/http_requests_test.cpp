// What a connection does with requests: order, keep-alive, heads, bodies within their limits.

#include <gtest/gtest.h>

#include <thread>

#include "support/edge_fixture.hpp"

namespace bifrost {
namespace {

using http::Method;
using http::Request;
using http::Response;
using test::EdgeServer;
using test::RawClient;
using test::text_response;

EdgeServer& with_echo(EdgeServer& edge) {
    edge.add(Method::get, "/hello/{name}",
             [](const Request& request) { return text_response("hello " + request.path_param("name")); });
    edge.add(Method::post, "/echo", [](const Request& request) { return text_response(request.body); });
    edge.add(Method::get, "/headers", [](const Request& request) {
        std::string text;
        for (const auto& [name, value] : request.headers) text += name + "=" + value + "\n";
        return text_response(text);
    });
    return edge;
}

TEST(HttpRequests, a_request_is_answered_with_date_length_type_and_request_id) {
    EdgeServer edge;
    with_echo(edge).start();
    RawClient client(edge.port());
    const auto answer = client.exchange("GET", "/hello/Ada%20L?x=1");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "hello Ada L");
    EXPECT_EQ(answer.header("content-type"), "text/plain");
    EXPECT_EQ(answer.header("content-length"), "11");
    EXPECT_EQ(answer.header("date").size(), 29U);
    EXPECT_EQ(answer.header("x-request-id").size(), 36U);
    EXPECT_EQ(answer.headers.count("connection"), 0U);
}

TEST(HttpRequests, a_sane_request_id_is_kept_and_any_other_is_replaced) {
    EdgeServer edge;
    with_echo(edge).start();
    RawClient client(edge.port());
    EXPECT_EQ(client.exchange("GET", "/hello/a", "X-Request-Id: trace-1.A_b\r\n").header("x-request-id"),
              "trace-1.A_b");
    for (const std::string& bad :
         {std::string("a b"), std::string("x\"y"), std::string(65, 'a'), std::string()}) {
        const auto id =
            client.exchange("GET", "/hello/a", "X-Request-Id: " + bad + "\r\n").header("x-request-id");
        EXPECT_EQ(id.size(), 36U) << bad;
    }
}

TEST(HttpRequests, pipelined_requests_are_answered_in_order) {
    EdgeServer edge;
    with_echo(edge).start();
    RawClient client(edge.port());
    std::string all;
    for (int i = 0; i < 300; ++i) {
        all += "GET /hello/" + std::to_string(i) + " HTTP/1.1\r\nHost: t\r\n\r\n";
        all += "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\n" + std::to_string(100 + i % 900);
        all += "BREW /hello/x HTTP/1.1\r\nHost: t\r\n\r\n"; // refused on the loop itself
    }
    std::thread sender([&] { client.send(all); });
    for (int i = 0; i < 300; ++i) {
        EXPECT_EQ(client.read_answer().body, "hello " + std::to_string(i));
        EXPECT_EQ(client.read_answer().body, std::to_string(100 + i % 900));
        EXPECT_EQ(client.read_answer().status, 405);
    }
    sender.join();
}

TEST(HttpRequests, a_request_in_single_bytes_is_understood) {
    EdgeServer edge;
    with_echo(edge).start();
    RawClient client(edge.port());
    const std::string request = "\r\nPOST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "5;name=\"v\"\r\nhello\r\n1\r\n!\r\n0\r\nX-Trailer: a\r\n\r\nGET /headers "
                                "HTTP/1.1\r\nHost: t\r\n\r\n";
    for (const char byte : request) ASSERT_TRUE(client.send({&byte, 1}));
    EXPECT_EQ(client.read_answer().body, "hello!");
    EXPECT_EQ(client.read_answer().body, "host=t\n") << "a trailer must not become a header of anything";
}

TEST(HttpRequests, an_empty_chunked_body_in_single_bytes_is_understood) {
    EdgeServer edge;
    with_echo(edge).start();
    RawClient client(edge.port());
    for (const char* end : {"0\r\n\r\n", "000;x=1\r\nA: b\r\n\r\n"}) {
        for (const char byte :
             "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(end))
            ASSERT_TRUE(client.send({&byte, 1}));
        const auto answer = client.read_answer();
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.body, "");
    }
}

TEST(HttpRequests, http_1_0_is_closed_after_the_answer_unless_it_asks_to_be_kept) {
    EdgeServer edge;
    with_echo(edge).start();
    RawClient closing(edge.port());
    closing.send("GET /hello/a HTTP/1.0\r\n\r\n");
    EXPECT_EQ(closing.read_answer().header("connection"), "close");
    EXPECT_TRUE(closing.is_closed_by_peer());
    RawClient kept(edge.port());
    for (int i = 0; i < 2; ++i) {
        kept.send("GET /hello/a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        EXPECT_EQ(kept.read_answer().header("connection"), "keep-alive");
    }
}

TEST(HttpRequests, a_client_that_asks_for_the_end_gets_it) {
    EdgeServer edge;
    with_echo(edge).start();
    RawClient client(edge.port());
    const auto answer = client.exchange("GET", "/hello/a", "Connection: close\r\n");
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_TRUE(client.is_closed_by_peer());
}

TEST(HttpRequests, a_half_closed_client_still_gets_its_answer) {
    EdgeServer edge;
    with_echo(edge).start();
    RawClient client(edge.port());
    client.send("GET /hello/a HTTP/1.1\r\nHost: t\r\n\r\n");
    client.finish_sending();
    EXPECT_EQ(client.read_answer().body, "hello a");
    EXPECT_TRUE(client.is_closed_by_peer());
}

TEST(HttpRequests, the_absolute_form_of_proxies_is_understood) {
    EdgeServer edge;
    with_echo(edge).start();
    RawClient client(edge.port());
    EXPECT_EQ(client.exchange("GET", "http://test/hello/a?b").body, "hello a");
    EXPECT_EQ(client.exchange("GET", "http://test").body, "nothing at /");
}

TEST(HttpRequests, what_no_route_matches_goes_to_the_fallback_and_a_wrong_method_names_the_right_ones) {
    EdgeServer edge;
    with_echo(edge).start();
    RawClient client(edge.port());
    EXPECT_EQ(client.exchange("GET", "/nowhere").body, "nothing at /nowhere");
    EXPECT_EQ(client.exchange("POST", "/nowhere", {}, "body").status, 404);
    const auto wrong = client.exchange("DELETE", "/hello/a");
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(wrong.header("allow"), "GET, HEAD");
    EXPECT_EQ(client.exchange("TRACE", "/echo").header("allow"), "POST");
    EXPECT_EQ(client.exchange("GET", "/hello/%zz").status, 400);
}

} // namespace
} // namespace bifrost
