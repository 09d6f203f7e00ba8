// What the edge refuses: ambiguous, oversized and slow requests, and what must never leave in a header.

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

EdgeServer& with_routes(EdgeServer& edge) {
    edge.add(
        Method::post, "/echo", [](const Request& request) { return text_response(request.body); },
        http::Lane::fast, 1000);
    edge.add(Method::get, "/hello", [](const Request&) { return text_response("hello"); });
    return edge;
}

/// Sends bytes on a connection of their own; the status of the answer when the connection ended after it, -1
/// when it stayed open.
int status_then_closed(EdgeServer& edge, const std::string& bytes) {
    RawClient client(edge.port());
    client.send(bytes);
    const auto answer = client.read_answer();
    client.finish_sending();
    return client.is_closed_by_peer() && answer.header("connection") == "close" ? answer.status : -1;
}

TEST(HttpRefusals, requests_whose_end_two_readers_could_see_differently_are_refused) {
    EdgeServer edge;
    with_routes(edge).start();
    const std::string post = "POST /echo HTTP/1.1\r\nHost: t\r\n";
    const std::vector<std::string> bad{
        post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        post + "Content-Length: 5, 5\r\n\r\nhello",
        post + "Content-Length: +5\r\n\r\nhello",
        post + "Content-Length: -1\r\n\r\n",
        post + "Content-Length: 5 5\r\n\r\nhello",
        post + "Content-Length: 0x5\r\n\r\nhello",
        post + "Content-Length:\r\n\r\n",
        post + "Content-Length: 99999999999999999999\r\n\r\n",
        post + "Transfer-Encoding: gzip\r\n\r\n",
        post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        post + "Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\nhello",
        post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        post + "Transfer-Encoding:\x0b chunked\r\n\r\n0\r\n\r\n",
        post + " Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        post + "X: y\r\n Content-Length: 5\r\n\r\nhello",
        post + "X: y\r\n\tz\r\n\r\n",
        post + "X: y\nContent-Length: 5\r\n\r\nhello",
        post + "X: y\r\n\nContent-Length: 5\r\n\r\nhello",
        post + "X: y\rContent-Length: 5\r\n\r\nhello",
        post + "\rContent-Length: 5\r\n\r\nhello",
        post + std::string("X: y\0z\r\n\r\n", 10),
        post + "no colon here\r\n\r\n",
        post + ": empty name\r\n\r\n",
        "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /hello HTTP/1.1\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /hello HTTP/2.0\r\nHost: a\r\n\r\n",
        "GET /hello HTTP/0.9\r\nHost: a\r\n\r\n",
        "GET /hello\r\nHost: a\r\n\r\n",
        "GET hello HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /hello#x HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /hel lo HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET  /hello HTTP/1.1\r\nHost: a\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\x16\x03\x01\x02",
    };
    for (const std::string& bytes : bad) EXPECT_EQ(status_then_closed(edge, bytes), 400) << bytes;
}

TEST(HttpRefusals, broken_chunks_are_refused) {
    EdgeServer edge;
    with_routes(edge).start();
    const std::string head = "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const char* bad : {"zz\r\n\r\n", "5\r\nhelloXX0\r\n\r\n", "-1\r\n\r\n", "11111111111111111\r\n",
                            "5\nhello\r\n0\r\n\r\n", "5;\x01=1\r\nhello\r\n0\r\n\r\n",
                            "0\r\nbad trailer\r\n\r\n", "0x5\r\nhello\r\n0\r\n\r\n"})
        EXPECT_EQ(status_then_closed(edge, head + bad), 400) << bad;
    EXPECT_EQ(status_then_closed(edge, head + "5;" + std::string(100'000, 'x')), 400);
    EXPECT_EQ(status_then_closed(edge, head + "0\r\n" + std::string(100'000, 'x')), 400);
}

TEST(HttpRefusals, a_refused_request_hides_no_second_one) {
    EdgeServer edge;
    with_routes(edge).start();
    RawClient client(edge.port());
    client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
                "0\r\n\r\nGET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
    client.finish_sending();
    const std::string all = client.read_all();
    EXPECT_EQ(all.find("hello"), std::string::npos) << all;
    EXPECT_EQ(edge.wait_for_served(1).size(), 1U);
}

TEST(HttpRefusals, an_oversized_head_is_431_even_in_small_pieces) {
    EdgeServer edge;
    edge.options.most_header_bytes = 4096;
    with_routes(edge).start();
    const std::string line = "GET /hello HTTP/1.1\r\nHost: t\r\n";
    EXPECT_EQ(status_then_closed(edge, line + "X: " + std::string(5000, 'x') + "\r\n\r\n"), 431);
    EXPECT_EQ(status_then_closed(edge, "GET /" + std::string(5000, 'x')), 431);
    std::string many = line;
    while (many.size() < 5000) many += "A: b\r\n";
    EXPECT_EQ(status_then_closed(edge, many + "\r\n"), 431);

    RawClient slow(edge.port());
    ASSERT_TRUE(slow.send(line));
    bool open = true;
    for (std::size_t sent = 0; open && sent < 8000; sent += 6) open = slow.send("A: b\r\n");
    const auto answer = slow.read_answer();
    EXPECT_EQ(answer.status, 431);
    EXPECT_EQ(answer.header("content-type"), "application/problem+json");
    EXPECT_NE(answer.body.find("\"status\":431"), std::string::npos);

    RawClient fitting(edge.port());
    EXPECT_EQ(fitting.exchange("GET", "/hello", "X: " + std::string(3900, 'x') + "\r\n").status, 200);
}

TEST(HttpRefusals, an_oversized_body_is_413_and_the_client_can_read_that) {
    EdgeServer edge;
    with_routes(edge).start();
    RawClient client(edge.port());
    // More than all socket buffers take: the answer must come although the client is still sending.
    EXPECT_EQ(client.exchange("POST", "/echo", {}, std::string(8 * 1024 * 1024, 'x')).status, 413);
    EXPECT_EQ(status_then_closed(edge, "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1001\r\n\r\n"),
              413);
    EXPECT_EQ(status_then_closed(
                  edge, "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" +
                            std::string(1000, 'x') + "\r\n1\r\nx\r\n0\r\n\r\n"),
              413);
    RawClient fitting(edge.port());
    EXPECT_EQ(fitting.exchange("POST", "/echo", {}, std::string(1000, 'x')).body.size(), 1000U);
    EXPECT_EQ(fitting.exchange("POST", "/nowhere", {}, std::string(3 * 1024 * 1024, 'x')).status, 404);
}

TEST(HttpRefusals, a_client_that_waits_for_100_continue_is_told_early) {
    EdgeServer edge;
    with_routes(edge).start();
    RawClient willing(edge.port());
    willing.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(willing.read_answer().status, 100);
    willing.send("hello");
    EXPECT_EQ(willing.read_answer().body, "hello");
    // Sent with its body at once, it needs no invitation.
    EXPECT_EQ(willing.exchange("POST", "/echo", "Expect: 100-continue\r\n", "again").body, "again");

    RawClient refused(edge.port());
    refused.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(refused.read_answer().status, 413);
}

TEST(HttpRefusals, slow_heads_and_bodies_get_408_and_idle_connections_are_closed) {
    EdgeServer edge;
    edge.options.header_timeout = edge.options.body_timeout = edge.options.idle_timeout =
        std::chrono::seconds(1);
    with_routes(edge).start();
    RawClient idle(edge.port());
    RawClient kept(edge.port());
    EXPECT_EQ(kept.exchange("GET", "/hello").status, 200);
    RawClient head(edge.port());
    head.send("GET /hello HTTP/1.1\r\nHo");
    RawClient body(edge.port());
    body.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhell");
    RawClient chunk(edge.port());
    chunk.send("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe");

    EXPECT_TRUE(idle.is_closed_by_peer());
    EXPECT_TRUE(kept.is_closed_by_peer());
    for (RawClient* late : {&head, &body, &chunk}) {
        const auto answer = late->read_answer();
        EXPECT_EQ(answer.status, 408);
        EXPECT_EQ(answer.header("connection"), "close");
        EXPECT_TRUE(late->is_closed_by_peer());
    }
}

TEST(HttpRefusals, a_head_that_trickles_in_is_cut_although_it_makes_progress) {
    EdgeServer edge;
    edge.options.header_timeout = std::chrono::seconds(1);
    with_routes(edge).start();
    RawClient client(edge.port(), "127.0.0.1", 1);
    client.send("GET /hello HTTP/1.1\r\nHost: t\r\n");
    const auto begun = std::chrono::steady_clock::now();
    std::string answer;
    while (answer.empty() && std::chrono::steady_clock::now() - begun < std::chrono::seconds(10)) {
        client.send("A: b\r\n");
        std::this_thread::sleep_for(
            std::chrono::milliseconds(20)); // the pace of the attack, not synchronisation
        if (edge.served_so_far() > 0) answer = client.read_answer().head;
    }
    EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 408");
}

TEST(HttpRefusals, header_values_of_a_handler_cannot_split_the_response) {
    EdgeServer edge;
    edge.add(Method::get, "/bad",
             [](const Request&) {
                 Response response = text_response("body");
                 response.content_type = "text/plain\r\nX-Evil: 1";
                 response.header("X-Name", std::string("a\r\nX-Evil: 2\r\n\r\nbody\0", 22));
                 response.header("X-Evil: 3\r\nX-Other", "value").header("", "value");
                 response.header("Content-Length", "1")
                     .header("Transfer-Encoding", "chunked")
                     .header("connection", "upgrade");
                 return response;
             })
        .start();
    RawClient client(edge.port());
    const auto answer = client.exchange("GET", "/bad");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "body");
    EXPECT_EQ(answer.headers.count("x-evil"), 0U) << answer.head;
    EXPECT_EQ(answer.headers.count("transfer-encoding"), 0U);
    EXPECT_EQ(answer.header("content-length"), "4");
    EXPECT_EQ(client.exchange("GET", "/bad").status, 200) << "the connection is still in step";
}

TEST(HttpRefusals, a_handler_that_throws_is_answered_500_and_the_server_goes_on) {
    EdgeServer edge;
    edge.add(Method::get, "/throws", [](const Request& request) -> Response {
        if (request.query == "odd") throw 7;
        if (request.query == "missing") return text_response(request.path_param("no_such"));
        throw std::runtime_error("secret of the inside");
    });
    edge.add(Method::get, "/status", [](const Request&) { return text_response("", 99); });
    with_routes(edge).start();
    RawClient client(edge.port());
    for (const char* target : {"/throws", "/throws?odd", "/throws?missing", "/status"}) {
        const auto answer = client.exchange("GET", target);
        EXPECT_EQ(answer.status, 500) << target;
        EXPECT_EQ(answer.body.find("secret"), std::string::npos);
    }
    EXPECT_EQ(client.exchange("GET", "/hello").status, 200);
}

TEST(HttpRefusals, clients_that_vanish_at_any_point_harm_nobody) {
    EdgeServer edge;
    test::Gate begun;
    test::Gate answer_it;
    edge.add(Method::get, "/waits", [&](const Request&) {
        begun.open();
        answer_it.wait();
        return text_response(std::string(4 * 1024 * 1024, 'x'));
    });
    with_routes(edge).start();
    const std::string request = "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello";
    for (std::size_t cut = 0; cut <= request.size(); ++cut) {
        RawClient client(edge.port());
        client.send(request.substr(0, cut));
        if (cut % 2 == 0) client.reset();
    }
    RawClient waiting(edge.port());
    waiting.send("GET /waits HTTP/1.1\r\nHost: t\r\n\r\n");
    ASSERT_TRUE(begun.wait());
    waiting.reset();
    answer_it.open();
    RawClient after(edge.port());
    EXPECT_EQ(after.exchange("GET", "/hello").body, "hello");
}

} // namespace
} // namespace bifrost
