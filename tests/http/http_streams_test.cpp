// Large request bodies on their way to a sink: order, back-pressure, errors, clients that vanish.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support/edge_fixture.hpp"

namespace bifrost {
namespace {

using http::BodySink;
using http::Request;
using http::Response;
using http::StreamDecision;
using test::EdgeServer;
using test::Gate;
using test::RawClient;
using test::text_response;

/// Numbers that repeat only after a long while, so that lost, doubled or swapped pieces show.
std::string pattern_bytes(std::size_t size) {
    std::string bytes(size, '\0');
    std::uint64_t state = 88172645463325252ULL;
    for (char& byte : bytes) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        byte = static_cast<char>(state);
    }
    return bytes;
}

struct SinkLog {
    std::mutex mutex;
    std::string bytes;
    std::thread::id thread;
    std::size_t writes = 0;
    std::size_t largest = 0;
    bool finished = false;
    Gate destroyed;
    Gate first_write;
    Gate go_on; ///< writes wait here when `waits`
    bool waits = false;
    std::size_t fail_at = SIZE_MAX; ///< bytes
    bool throws = false;
    std::thread::id destroyed_on;
};

class LogSink final : public BodySink {
  public:
    explicit LogSink(SinkLog& log) : log_(log) {}
    ~LogSink() override {
        log_.destroyed_on = std::this_thread::get_id();
        log_.destroyed.open();
    }
    Result<> write(const char* data, std::size_t size) override {
        log_.first_write.open();
        if (log_.waits) log_.go_on.wait();
        const std::lock_guard lock(log_.mutex);
        log_.bytes.append(data, size);
        ++log_.writes;
        log_.largest = std::max(log_.largest, size);
        if (log_.bytes.size() >= log_.fail_at) {
            if (log_.throws) throw std::runtime_error("the sink broke");
            return Error{Errc::out_of_space, "The disk is full."};
        }
        return {};
    }
    Response finish() override {
        log_.finished = true;
        if (log_.throws) throw std::runtime_error("the sink broke at its end");
        return text_response("got " + std::to_string(log_.bytes.size()), 201);
    }

  private:
    SinkLog& log_;
};

http::StreamHandler into(SinkLog& log) {
    return [&log](const Request&) {
        StreamDecision decision;
        decision.sink = std::make_unique<LogSink>(log);
        return decision;
    };
}

std::string chunked(const std::string& bytes, std::size_t chunk) {
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += chunk) {
        const std::string part = bytes.substr(at, chunk);
        char size[32];
        std::snprintf(size, sizeof size, "%zx\r\n", part.size());
        out += size + part + "\r\n";
    }
    return out + "0\r\n\r\n";
}

TEST(HttpStreams, a_body_arrives_whole_in_order_and_the_connection_goes_on) {
    EdgeServer edge;
    SinkLog log;
    edge.add_stream("/upload", into(log))
        .add(http::Method::get, "/hello", [](const Request&) { return text_response("hello"); })
        .start();
    const std::string bytes = pattern_bytes(5'000'003);
    RawClient client(edge.port());
    const auto answer = client.exchange("PUT", "/upload", "Expect: 100-continue\r\n", bytes);
    EXPECT_EQ(answer.status, 201);
    EXPECT_EQ(answer.body, "got 5000003");
    EXPECT_TRUE(log.bytes == bytes);
    EXPECT_LE(log.largest, 256U * 1024);
    EXPECT_EQ(client.exchange("GET", "/hello").body, "hello");
}

TEST(HttpStreams, chunks_of_any_size_arrive_whole_and_pipelined_requests_follow) {
    const std::string bytes = pattern_bytes(700'000);
    for (const std::size_t chunk : {std::size_t{7}, std::size_t{1000}, std::size_t{300'000}}) {
        EdgeServer edge;
        SinkLog log;
        edge.add_stream("/upload", into(log))
            .add(http::Method::get, "/hello", [](const Request&) { return text_response("hello"); })
            .start();
        RawClient client(edge.port());
        std::thread sender([&] {
            client.send("PUT /upload HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n" +
                        chunked(bytes, chunk) + "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
        });
        EXPECT_EQ(client.read_answer().body, "got 700000") << chunk;
        EXPECT_EQ(client.read_answer().body, "hello");
        sender.join();
        EXPECT_TRUE(log.bytes == bytes) << chunk;
    }
}

TEST(HttpStreams, an_empty_body_finishes_without_a_write) {
    EdgeServer edge;
    SinkLog log;
    edge.add_stream("/upload", into(log)).start();
    RawClient client(edge.port());
    EXPECT_EQ(client.exchange("PUT", "/upload").body, "got 0");
    EXPECT_EQ(client.exchange("PUT", "/upload", "Content-Length: 0\r\n").body, "got 0");
    client.send("PUT /upload HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    EXPECT_EQ(client.read_answer().body, "got 0");
    EXPECT_EQ(log.writes, 0U);
}

TEST(HttpStreams, a_slow_sink_stops_the_reading_of_the_socket) {
    EdgeServer edge;
    SinkLog log;
    log.waits = true;
    edge.add_stream("/upload", into(log)).start();
    const std::string bytes = pattern_bytes(64 * 1024 * 1024);
    RawClient client(edge.port());
    client.send("PUT /upload HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(bytes.size()) +
                "\r\n\r\n");
    std::size_t sent = client.send_some(bytes);
    ASSERT_TRUE(log.first_write.wait());
    // Sends until nothing moved for half a second: the kernel's buffers and three pieces are full then.
    auto last_moved = std::chrono::steady_clock::now();
    while (sent < bytes.size() &&
           std::chrono::steady_clock::now() - last_moved < std::chrono::milliseconds(500)) {
        const std::size_t more = client.send_some(std::string_view(bytes).substr(sent));
        sent += more;
        if (more > 0) last_moved = std::chrono::steady_clock::now();
        std::this_thread::yield();
    }
    EXPECT_LT(sent, bytes.size() / 2) << "the server read on although nothing was written";
    log.go_on.open();
    ASSERT_TRUE(client.send(std::string_view(bytes).substr(sent)));
    EXPECT_EQ(client.read_answer().status, 201);
    EXPECT_TRUE(log.bytes == bytes);
}

TEST(HttpStreams, a_sink_that_is_slower_than_the_body_timeout_is_waited_for) {
    EdgeServer edge;
    edge.options.body_timeout = std::chrono::seconds(1);
    SinkLog log;
    log.waits = true;
    edge.add_stream("/upload", into(log)).start();
    RawClient client(edge.port());
    std::thread sender([&] {
        log.first_write.wait();
        std::this_thread::sleep_for(std::chrono::milliseconds(2500)); // longer than the timeout and its sweep
        log.go_on.open();
    });
    EXPECT_EQ(client.exchange("PUT", "/upload", {}, pattern_bytes(3 * 1024 * 1024)).status, 201);
    sender.join();
}

TEST(HttpStreams, an_error_of_the_sink_is_answered_at_once_and_the_connection_ends) {
    EdgeServer edge;
    SinkLog log;
    log.fail_at = 1;
    edge.add_stream("/upload", into(log)).start();
    RawClient client(edge.port());
    // Only a part is sent, and the answer comes without the rest.
    client.send("PUT /upload HTTP/1.1\r\nHost: t\r\nContent-Length: 100000000\r\n\r\n" +
                std::string(1024 * 1024, 'x'));
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 507);
    EXPECT_EQ(answer.body, "The disk is full.");
    EXPECT_EQ(answer.header("connection"), "close");
    ASSERT_TRUE(log.destroyed.wait());
    EXPECT_FALSE(log.finished);
    client.finish_sending();
    EXPECT_TRUE(client.is_closed_by_peer());
}

TEST(HttpStreams, a_client_that_sends_on_after_an_error_can_still_read_the_answer) {
    EdgeServer edge;
    SinkLog log;
    log.fail_at = 1;
    edge.add_stream("/upload", into(log)).start();
    RawClient client(edge.port());
    const auto answer = client.exchange("PUT", "/upload", {}, std::string(12 * 1024 * 1024, 'x'));
    EXPECT_EQ(answer.status, 507);
}

TEST(HttpStreams, an_exception_of_a_sink_is_answered_500) {
    for (const std::size_t fail_at : {std::size_t{1}, SIZE_MAX}) {
        EdgeServer edge;
        SinkLog log;
        log.fail_at = fail_at;
        log.throws = true;
        edge.add_stream("/upload", into(log)).start();
        RawClient client(edge.port());
        EXPECT_EQ(client.exchange("PUT", "/upload", {}, "some bytes").status, 500);
        RawClient after(edge.port());
        EXPECT_EQ(after.exchange("PUT", "/upload", {}, "some bytes").status, 500);
    }
}

TEST(HttpStreams, a_handler_may_answer_on_the_head_alone) {
    EdgeServer edge;
    edge.add_stream("/upload",
                    [](const Request& request) {
                        if (request.query == "throw") throw std::runtime_error("no");
                        StreamDecision decision;
                        if (request.query != "nothing")
                            decision.response = text_response("sign in first", 401);
                        return decision;
                    })
        .start();
    RawClient polite(edge.port());
    polite.send(
        "PUT /upload HTTP/1.1\r\nHost: t\r\nContent-Length: 50000000\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(polite.read_answer().status, 401) << "not 100: the body is not wanted";
    RawClient pushing(edge.port());
    EXPECT_EQ(pushing.exchange("PUT", "/upload", {}, std::string(10 * 1024 * 1024, 'x')).status, 401);
    RawClient empty(edge.port());
    EXPECT_EQ(empty.exchange("PUT", "/upload").status, 401);
    EXPECT_EQ(empty.exchange("PUT", "/upload?throw").status, 500)
        << "nothing was left unread: the connection goes on";
    EXPECT_EQ(empty.exchange("PUT", "/upload?nothing").status, 500);
}

TEST(HttpStreams, a_body_over_the_routes_limit_is_413_before_or_while_it_arrives) {
    EdgeServer edge;
    SinkLog log;
    edge.add_stream("/upload", into(log), 1'000'000).start();
    RawClient known(edge.port());
    known.send("PUT /upload HTTP/1.1\r\nHost: t\r\nContent-Length: 1000001\r\n\r\n");
    EXPECT_EQ(known.read_answer().status, 413);
    EXPECT_EQ(log.writes, 0U);
    RawClient growing(edge.port());
    std::thread sender([&] {
        growing.send("PUT /upload HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n" +
                     chunked(std::string(1'000'001, 'x'), 10'000));
    });
    EXPECT_EQ(growing.read_answer().status, 413);
    sender.join();
    ASSERT_TRUE(log.destroyed.wait());
    EXPECT_FALSE(log.finished);
}

TEST(HttpStreams, a_client_that_vanishes_has_its_sink_destroyed_on_the_lane_without_finish) {
    for (const bool reset : {true, false}) {
        for (const bool sink_is_busy : {true, false}) {
            EdgeServer edge;
            SinkLog log;
            log.waits = sink_is_busy;
            std::thread::id lane_thread;
            edge.options.file_threads = 1;
            edge.add_stream("/upload",
                            [&](const Request& request) {
                                lane_thread = std::this_thread::get_id();
                                return into(log)(request);
                            })
                .start();
            RawClient client(edge.port());
            client.send("PUT /upload HTTP/1.1\r\nHost: t\r\nContent-Length: 100000000\r\n\r\n" +
                        std::string(600'000, 'x'));
            ASSERT_TRUE(log.first_write.wait());
            reset ? client.reset() : client.finish_sending();
            if (sink_is_busy) {
                EXPECT_EQ(edge.wait_for_served(1).at(0).status, 499);
                EXPECT_FALSE(log.destroyed.is_open()) << "it is being written to";
                log.go_on.open();
            }
            ASSERT_TRUE(log.destroyed.wait());
            EXPECT_FALSE(log.finished);
            EXPECT_EQ(log.destroyed_on, lane_thread);
            EXPECT_EQ(edge.wait_for_served(1).at(0).status, 499);
        }
    }
}

TEST(HttpStreams, a_body_that_stops_arriving_is_cut_after_the_body_timeout) {
    EdgeServer edge;
    edge.options.body_timeout = std::chrono::seconds(1);
    SinkLog log;
    edge.add_stream("/upload", into(log)).start();
    RawClient client(edge.port());
    client.send("PUT /upload HTTP/1.1\r\nHost: t\r\nContent-Length: 100000000\r\n\r\n" +
                std::string(600'000, 'x'));
    EXPECT_EQ(client.read_answer().status, 408);
    EXPECT_TRUE(client.is_closed_by_peer());
    ASSERT_TRUE(log.destroyed.wait());
    EXPECT_FALSE(log.finished);
}

TEST(HttpStreams, broken_chunks_end_the_stream_with_400) {
    EdgeServer edge;
    SinkLog log;
    edge.add_stream("/upload", into(log)).start();
    RawClient client(edge.port());
    client.send("PUT /upload HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n");
    EXPECT_EQ(client.read_answer().status, 400);
    ASSERT_TRUE(log.destroyed.wait());
    EXPECT_FALSE(log.finished);
}

TEST(HttpStreams, bodies_over_the_memory_for_all_of_them_get_503_and_the_memory_comes_back) {
    EdgeServer edge;
    edge.options.most_buffered_bytes = 300'000; // one piece of a stream and little more
    SinkLog log;
    log.waits = true;
    edge.add_stream("/upload", into(log));
    edge.add(http::Method::post, "/echo", [](const Request& request) { return text_response(request.body); })
        .start();
    const std::string bytes = pattern_bytes(3'000'000);
    test::RawAnswer uploaded;
    std::thread uploader([&] {
        RawClient client(edge.port());
        uploaded = client.exchange("PUT", "/upload", {}, bytes);
    });
    EXPECT_TRUE(log.first_write.wait());
    RawClient client(edge.port());
    EXPECT_EQ(client.exchange("POST", "/echo", {}, std::string(10'000, 'x')).status, 200);
    EXPECT_EQ(client.exchange("POST", "/echo", {}, std::string(100'000, 'x')).status, 503);
    RawClient second(edge.port());
    EXPECT_EQ(second.exchange("PUT", "/upload", {}, std::string(100'000, 'x')).status, 503);
    log.go_on.open();
    uploader.join();
    EXPECT_EQ(uploaded.status, 201) << "with one piece it is slower, but goes on";
    EXPECT_TRUE(log.bytes == bytes);
    for (int round = 0; round < 10; ++round) {
        RawClient after(edge.port());
        EXPECT_EQ(after.exchange("POST", "/echo", {}, std::string(290'000, 'x')).status, 200);
    }
}

TEST(HttpStreams, many_uploads_at_once_keep_their_bytes_apart) {
    EdgeServer edge;
    constexpr std::size_t kUploads = 12;
    std::array<SinkLog, kUploads> logs;
    edge.add_stream(
            "/upload/{n}",
            [&](const Request& request) { return into(logs[std::stoul(request.path_param("n"))])(request); })
        .start();
    std::vector<std::thread> clients;
    std::array<std::string, kUploads> sent;
    std::atomic<int> good{0};
    for (std::size_t i = 0; i < kUploads; ++i) {
        sent[i] = pattern_bytes(2'000'000 + i * 77'777).substr(i);
        clients.emplace_back([&, i] {
            RawClient client(edge.port());
            if (client.exchange("PUT", "/upload/" + std::to_string(i), {}, sent[i]).status == 201) ++good;
        });
    }
    for (auto& client : clients) client.join();
    EXPECT_EQ(good.load(), static_cast<int>(kUploads));
    for (std::size_t i = 0; i < kUploads; ++i) EXPECT_TRUE(logs[i].bytes == sent[i]) << i;
}

} // namespace
} // namespace bifrost
