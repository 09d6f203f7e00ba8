// Limits under load: full lanes, too many connections, many idle ones; starting and draining.

#include <gtest/gtest.h>

#include <atomic>
#include <sys/resource.h>
#include <thread>

#include "support/edge_fixture.hpp"

namespace bifrost {
namespace {

using http::Method;
using http::Request;
using http::Response;
using test::EdgeServer;
using test::Gate;
using test::RawClient;
using test::text_response;

TEST(HttpLoad, a_full_lane_answers_503_with_retry_after_at_once_and_others_go_on) {
    EdgeServer edge;
    edge.options.slow_threads = 1;
    edge.options.most_queued = 1;
    std::atomic<int> running{0};
    Gate begun;
    Gate finish;
    edge.add(
        Method::get, "/slow",
        [&](const Request&) {
            ++running;
            begun.open();
            finish.wait();
            return text_response("slow");
        },
        http::Lane::slow);
    edge.add(Method::get, "/hello", [](const Request&) { return text_response("hello"); }).start();
    RawClient first(edge.port());
    RawClient second(edge.port());
    first.send("GET /slow HTTP/1.1\r\nHost: t\r\n\r\n");
    ASSERT_TRUE(begun.wait());
    second.send("GET /slow HTTP/1.1\r\nHost: t\r\n\r\n");
    // The loop reads in the order of arrival: once this is answered, the second waits in its lane.
    RawClient third(edge.port());
    test::RawAnswer refused = third.exchange("GET", "/hello");
    EXPECT_EQ(refused.status, 200) << "another lane is not held up";
    refused = third.exchange("GET", "/slow");
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.header("retry-after"), "1");
    EXPECT_EQ(third.exchange("GET", "/hello").status, 200) << "the connection goes on";
    finish.open();
    EXPECT_EQ(first.read_answer().body, "slow");
    EXPECT_EQ(second.read_answer().body, "slow");
    EXPECT_EQ(running.load(), 2);
}

TEST(HttpLoad, what_waited_too_long_in_its_lane_is_not_run_any_more) {
    EdgeServer edge;
    edge.options.slow_threads = 1;
    edge.options.queue_timeout = std::chrono::seconds(0);
    Gate begun;
    Gate finish;
    std::atomic<int> runs{0};
    edge.add(
            Method::get, "/slow",
            [&](const Request&) {
                ++runs;
                begun.open();
                finish.wait();
                return text_response("slow");
            },
            http::Lane::slow)
        .start();
    RawClient client(edge.port());
    // Every wait is longer than none.
    const auto answer = client.exchange("GET", "/slow");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(runs.load(), 0);
}

TEST(HttpLoad, connections_over_the_limit_get_503_and_places_are_free_again_afterwards) {
    EdgeServer edge;
    edge.options.most_connections = 3;
    edge.add(Method::get, "/hello", [](const Request&) { return text_response("hello"); }).start();
    {
        std::vector<std::unique_ptr<RawClient>> clients;
        for (int i = 0; i < 3; ++i) {
            clients.push_back(std::make_unique<RawClient>(edge.port()));
            EXPECT_EQ(clients.back()->exchange("GET", "/hello").status, 200);
        }
        RawClient one_more(edge.port());
        EXPECT_EQ(one_more.exchange("GET", "/hello").status, 503);
    }
    // The server learns of each closed connection in its own time.
    int status = 0;
    for (int tries = 0; tries < 1000 && status != 200; ++tries) {
        RawClient client(edge.port());
        status = client.exchange("GET", "/hello").status;
    }
    EXPECT_EQ(status, 200);
}

TEST(HttpLoad, a_thousand_idle_connections_are_kept_and_all_still_work) {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    EdgeServer edge;
    edge.options.io_threads = 2;
    edge.add(Method::get, "/hello", [](const Request&) { return text_response("hello"); }).start();
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 1000; ++i) clients.push_back(std::make_unique<RawClient>(edge.port()));
    for (int round = 0; round < 2; ++round)
        for (auto& client : clients) ASSERT_EQ(client->exchange("GET", "/hello").body, "hello");
    edge.server().drain(std::chrono::seconds(5));
    for (auto& client : clients) EXPECT_TRUE(client->is_closed_by_peer());
}

TEST(HttpLoad, many_clients_on_many_loops_get_their_own_answers) {
    EdgeServer edge;
    edge.options.io_threads = 3;
    edge.options.fast_threads = 4;
    edge.add(Method::post, "/echo/{n}",
             [](const Request& request) { return text_response(request.path_param("n") + request.body); })
        .start();
    std::vector<std::thread> threads;
    std::atomic<int> wrong{0};
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            RawClient client(edge.port());
            for (int i = 0; i < 300; ++i) {
                const std::string n = std::to_string(t * 1000 + i);
                if (client.exchange("POST", "/echo/" + n, {}, "body" + n).body != n + "body" + n) ++wrong;
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(wrong.load(), 0);
}

TEST(HttpLoad, draining_lets_a_running_request_finish_and_closes_idle_connections) {
    EdgeServer edge;
    Gate begun;
    Gate finish;
    edge.add(Method::get, "/slow", [&](const Request&) {
        begun.open();
        finish.wait();
        return text_response("slow");
    });
    edge.add(Method::get, "/hello", [](const Request&) { return text_response("hello"); }).start();
    RawClient idle(edge.port());
    EXPECT_EQ(idle.exchange("GET", "/hello").status, 200);
    RawClient running(edge.port());
    running.send("GET /slow HTTP/1.1\r\nHost: t\r\n\r\n");
    ASSERT_TRUE(begun.wait());
    const std::uint16_t port = edge.port();
    std::thread drainer([&] { edge.server().drain(std::chrono::seconds(20)); });
    EXPECT_TRUE(idle.is_closed_by_peer());
    EXPECT_TRUE(edge.server().draining());
    EXPECT_THROW(RawClient{port}, std::runtime_error) << "nothing is accepted any more";
    finish.open();
    const auto answer = running.read_answer();
    EXPECT_EQ(answer.body, "slow");
    EXPECT_EQ(answer.header("connection"), "close");
    drainer.join();
}

TEST(HttpLoad, draining_cuts_what_does_not_end_in_time) {
    EdgeServer edge;
    Gate begun;
    edge.options.fast_threads = 1;
    edge.add(Method::get, "/large",
             [&](const Request&) {
                 begun.open();
                 return text_response(std::string(64 * 1024 * 1024, 'x'));
             })
        .start();
    RawClient::receive_buffer_of_next(64 * 1024);
    RawClient stuck(edge.port());
    stuck.send("GET /large HTTP/1.1\r\nHost: t\r\n\r\n");
    RawClient half(edge.port());
    half.send("GET /lar");
    ASSERT_TRUE(begun.wait());
    const auto begin = std::chrono::steady_clock::now();
    edge.server().drain(std::chrono::seconds(1));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
    EXPECT_FALSE(stuck.read_answer().whole);
}

TEST(HttpLoad, a_server_can_be_destroyed_at_any_moment) {
    for (int round = 0; round < 20; ++round) {
        std::thread other;
        std::atomic<bool> stop{false};
        {
            EdgeServer edge;
            edge.add(Method::post, "/echo",
                     [](const Request& request) { return text_response(request.body); })
                .start();
            const std::uint16_t port = edge.port();
            Gate once;
            other = std::thread([&stop, &once, port] {
                while (!stop) {
                    try {
                        RawClient client(port);
                        while (!stop && client.exchange("POST", "/echo", {}, "x").status == 200) once.open();
                    } catch (const std::runtime_error&) {
                        return;
                    }
                }
            });
            EXPECT_TRUE(once.wait());
            edge.server().drain(std::chrono::seconds(round % 2));
            stop = true;
            other.join();
        }
    }
}

TEST(HttpStart, a_port_in_use_is_a_conflict_that_names_the_place_with_one_loop_and_with_more) {
    EdgeServer taken;
    taken.options.io_threads = 2;
    taken.start();
    for (const unsigned loops : {1U, 2U}) {
        http::ServerOptions options;
        options.port = taken.port();
        options.io_threads = loops;
        http::Server second(options, http::Router{}, {}, {}, {});
        const auto started = second.start();
        ASSERT_FALSE(started);
        EXPECT_EQ(started.error().code, Errc::conflict);
        EXPECT_NE(started.error().detail.find("127.0.0.1:" + std::to_string(taken.port())), std::string::npos)
            << started.error().detail;
    }
}

TEST(HttpStart, hosts_are_names_and_addresses_of_both_families) {
    for (const auto& [host, reached_at] :
         std::vector<std::pair<std::string, std::string>>{{"127.0.0.1", "127.0.0.1"},
                                                          {"0.0.0.0", "127.0.0.1"},
                                                          {"::", "127.0.0.1"},
                                                          {"::", "::1"},
                                                          {"::1", "::1"},
                                                          {"localhost", "127.0.0.1"}}) {
        for (const unsigned loops : {1U, 2U}) {
            EdgeServer edge;
            edge.options.host = host;
            edge.options.io_threads = loops;
            edge.add(Method::get, "/me",
                     [](const Request& request) { return text_response(request.remote_address); })
                .start();
            RawClient client(edge.port(), reached_at);
            EXPECT_EQ(client.exchange("GET", "/me").body, reached_at) << host;
        }
    }
}

TEST(HttpStart, unknown_hosts_and_foreign_addresses_are_refused_with_a_sentence) {
    for (const char* host : {"no such host", "192.0.2.1", "host.invalid"}) {
        http::ServerOptions options;
        options.port = 0;
        options.host = host;
        http::Server server(options, http::Router{}, {}, {}, {});
        const auto started = server.start();
        ASSERT_FALSE(started) << host;
        EXPECT_EQ(started.error().code, Errc::invalid) << started.error().detail;
        EXPECT_NE(started.error().detail.find(host), std::string::npos) << started.error().detail;
    }
}

} // namespace
} // namespace bifrost
