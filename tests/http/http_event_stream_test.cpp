// Answers without an end.

#include <gtest/gtest.h>

#include "http/event_stream.hpp"
#include "support/edge_fixture.hpp"

namespace bifrost::test {
namespace {

using http::EventStream;
using http::Method;

std::shared_ptr<const std::string> bytes(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
}

class HttpEventStream : public ::testing::Test {
  protected:
    /// Every GET of /s opens a stream that `opened` gets.
    void start(std::size_t most_pending = 1024 * 1024) {
        edge.add(Method::get, "/s", [this, most_pending](const http::Request&) {
            auto stream = std::make_shared<EventStream>(most_pending);
            http::Response response;
            response.content_type = "text/event-stream";
            response.stream = stream;
            const std::lock_guard lock(mutex);
            opened.push_back(stream);
            return response;
        });
        edge.add(Method::get, "/a", [](const http::Request&) { return text_response("a"); });
        edge.start();
    }
    std::shared_ptr<EventStream> stream(std::size_t index = 0) {
        const std::lock_guard lock(mutex);
        return opened.at(index);
    }
    static std::string head_of(RawClient& client) { return client.read_answer(true).head; }
    static bool comes_true(const std::function<bool()>& condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > end) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return true;
    }

    std::mutex mutex;
    std::vector<std::shared_ptr<EventStream>> opened;
    EdgeServer edge;
};

constexpr const char* kAsk = "GET /s HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(HttpEventStream, bytes_arrive_as_they_come_and_the_end_ends_the_connection) {
    start();
    RawClient client(edge.port());
    client.send(kAsk);
    const std::string head = head_of(client);
    EXPECT_NE(head.find("text/event-stream"), std::string::npos);
    EXPECT_EQ(head.find("Content-Length"), std::string::npos);
    EXPECT_TRUE(stream()->send(bytes("one\n")));
    ASSERT_TRUE(client.wait_for_bytes());
    EXPECT_TRUE(stream()->send(bytes("two\n")));
    stream()->end();
    EXPECT_EQ(client.read_all(), "one\ntwo\n");
    EXPECT_FALSE(stream()->send(bytes("late")));
}

TEST_F(HttpEventStream, what_was_sent_before_the_answer_is_not_lost) {
    edge.add(Method::get, "/s", [](const http::Request&) {
        http::Response response;
        response.stream = std::make_shared<EventStream>();
        response.stream->send(bytes("early\n"));
        response.stream->end();
        return response;
    });
    edge.start();
    RawClient client(edge.port());
    client.send(kAsk);
    EXPECT_TRUE(client.read_all().ends_with("\r\n\r\nearly\n"));
}

TEST_F(HttpEventStream, a_client_that_goes_away_is_noticed_while_nothing_is_sent) {
    start();
    {
        RawClient client(edge.port());
        client.send(kAsk);
        head_of(client);
        EXPECT_FALSE(stream()->is_over());
    }
    EXPECT_TRUE(comes_true([&] { return stream()->is_over(); }));
}

TEST_F(HttpEventStream, a_slow_reader_is_cut_off_and_harms_no_other) {
    start(256 * 1024);
    RawClient::receive_buffer_of_next(4096);
    RawClient slow(edge.port());
    RawClient::receive_buffer_of_next(0);
    slow.send(kAsk);
    head_of(slow);
    RawClient quick(edge.port());
    quick.send(kAsk);
    head_of(quick);
    const auto piece = bytes(std::string(16 * 1024, 'x'));
    bool is_cut = false;
    for (int i = 0; i < 4000 && !is_cut; ++i) is_cut = !stream(0)->send(piece);
    EXPECT_TRUE(is_cut);
    EXPECT_TRUE(stream(0)->was_cut());
    EXPECT_TRUE(stream(1)->send(bytes("still here")));
    stream(1)->end();
    EXPECT_EQ(quick.read_all(), "still here");
    EXPECT_TRUE(
        comes_true([&] { return edge.server().draining() || slow.read_all().size() < 4000UL * 16 * 1024; }));
}

TEST_F(HttpEventStream, draining_ends_streams_at_once) {
    start();
    RawClient client(edge.port());
    client.send(kAsk);
    head_of(client);
    const auto begun = std::chrono::steady_clock::now();
    edge.server().drain(std::chrono::seconds(60));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30));
    EXPECT_TRUE(stream()->is_over());
}

TEST_F(HttpEventStream, head_gets_no_stream) {
    start();
    RawClient client(edge.port());
    EXPECT_EQ(client.exchange("HEAD", "/s").status, 200);
    EXPECT_TRUE(stream()->is_over());
}

TEST_F(HttpEventStream, hundreds_of_idle_streams_leave_the_server_quick_and_all_hear) {
    start();
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 400; ++i) {
        clients.push_back(std::make_unique<RawClient>(edge.port()));
        clients.back()->send(kAsk);
    }
    for (auto& client : clients) head_of(*client);
    RawClient other(edge.port());
    EXPECT_EQ(other.exchange("GET", "/a").status, 200);
    const auto text = bytes("news");
    for (std::size_t i = 0; i < clients.size(); ++i) {
        EXPECT_TRUE(stream(i)->send(text));
        stream(i)->end();
    }
    for (auto& client : clients) EXPECT_EQ(client->read_all(), "news");
}

} // namespace
} // namespace bifrost::test
