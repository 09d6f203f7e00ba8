// Bodies that leave: files by sendfile, large and static bodies, answers without one.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <thread>
#include <unistd.h>

#include "support/edge_fixture.hpp"

namespace bifrost {
namespace {

using http::Method;
using http::Request;
using http::Response;
using test::EdgeServer;
using test::RawClient;
using test::text_response;

/// A file of a test, gone with it. It has no name any more once it is open, as far as `open_copy` is
/// concerned.
class TestFile {
  public:
    explicit TestFile(const std::string& bytes) {
        path_ = (std::filesystem::temp_directory_path() / "bifrost_http_XXXXXX").string();
        descriptor_ = ::mkstemp(path_.data());
        std::ofstream(path_, std::ios::binary) << bytes;
    }
    ~TestFile() {
        ::close(descriptor_);
        std::filesystem::remove(path_);
    }
    TestFile(const TestFile&) = delete;
    TestFile& operator=(const TestFile&) = delete;

    [[nodiscard]] int open_copy() const { return ::open(path_.c_str(), O_RDONLY | O_CLOEXEC); }
    void resize(std::int64_t size) const {
        std::filesystem::resize_file(path_, static_cast<std::uintmax_t>(size));
    }

  private:
    std::string path_;
    int descriptor_ = -1;
};

std::size_t open_descriptors() {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
    return count;
}

std::string numbered(std::size_t size) {
    std::string bytes;
    while (bytes.size() < size) bytes += std::to_string(bytes.size()) + ",";
    bytes.resize(size);
    return bytes;
}

http::Handler sends(const TestFile& file) {
    return [&file](const Request& request) {
        Response response;
        response.content_type = "application/octet-stream";
        const std::size_t comma = request.query.find(',');
        response.file = http::FileBody{file.open_copy(), std::stoll(request.query.substr(0, comma)),
                                       std::stoll(request.query.substr(comma + 1))};
        return response;
    };
}

TEST(HttpAnswers, pieces_of_a_file_are_sent_exactly_and_no_descriptor_is_left) {
    const std::string bytes = numbered(3'000'000);
    const TestFile file(bytes);
    EdgeServer edge;
    edge.add(Method::get, "/file", sends(file)).start();
    RawClient client(edge.port());
    EXPECT_EQ(client.exchange("GET", "/file?0,1").body, "0");
    const std::size_t before = open_descriptors();
    for (const auto& [offset, length] : std::vector<std::pair<std::size_t, std::size_t>>{
             {0, 3'000'000}, {1, 65'536}, {2'999'999, 1}, {5, 65'537}, {1'000'000, 2'000'000}, {7, 0}}) {
        const std::string piece = std::to_string(offset) + "," + std::to_string(length);
        const auto answer = client.exchange("GET", "/file?" + piece);
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.header("content-length"), std::to_string(length));
        EXPECT_TRUE(answer.body == bytes.substr(offset, length)) << piece;
        const auto head = client.exchange("HEAD", "/file?" + piece);
        EXPECT_EQ(head.header("content-length"), std::to_string(length));
    }
    EXPECT_EQ(client.exchange("GET", "/file?0,1").body, "0");
    EXPECT_EQ(open_descriptors(), before);
}

TEST(HttpAnswers, a_file_that_is_not_open_or_too_short_is_a_bug_and_500) {
    const TestFile file("short");
    EdgeServer edge;
    edge.add(Method::get, "/file", sends(file));
    edge.add(Method::get, "/status", [&file](const Request&) {
        Response response;
        response.status = 99;
        response.file = http::FileBody{file.open_copy(), 0, 5};
        return response;
    });
    edge.add(Method::get, "/closed", [](const Request&) {
        Response response;
        response.file = http::FileBody{};
        return response;
    });
    edge.start();
    RawClient client(edge.port());
    client.exchange("GET", "/closed"); // the connection is accepted now
    const std::size_t before = open_descriptors();
    for (const char* target : {"/file?0,6", "/file?6,1", "/file?-1,2", "/file?0,-1",
                               "/file?9223372036854775807,5", "/closed", "/status"})
        EXPECT_EQ(client.exchange("GET", target).status, 500) << target;
    EXPECT_EQ(open_descriptors(), before);
}

TEST(HttpAnswers, a_file_that_shrinks_meanwhile_ends_the_connection_instead_of_inventing_bytes) {
    const TestFile file(std::string(32 * 1024 * 1024, 'x'));
    EdgeServer edge;
    edge.add(Method::get, "/file", sends(file)).start();
    RawClient::receive_buffer_of_next(64 * 1024);
    RawClient client(edge.port());
    client.send("GET /file?0,33554432 HTTP/1.1\r\nHost: t\r\n\r\n");
    ASSERT_TRUE(client.wait_for_bytes());
    // The socket's buffers are full of the first few megabytes at most when the file is cut.
    file.resize(1024 * 1024);
    const auto answer = client.read_answer();
    EXPECT_FALSE(answer.whole);
    EXPECT_LT(answer.body.size(), 33554432U);
    EXPECT_TRUE(client.is_closed_by_peer());
}

TEST(HttpAnswers, slow_readers_of_files_and_bodies_are_cut_after_the_body_timeout) {
    const TestFile file(std::string(64 * 1024 * 1024, 'x'));
    EdgeServer edge;
    edge.options.body_timeout = std::chrono::seconds(1);
    edge.add(Method::get, "/file", sends(file));
    edge.add(Method::get, "/body",
             [](const Request&) { return text_response(std::string(64 * 1024 * 1024, 'x')); });
    edge.start();
    RawClient::receive_buffer_of_next(64 * 1024);
    RawClient slow_file(edge.port());
    slow_file.send("GET /file?0,67108864 HTTP/1.1\r\nHost: t\r\n\r\n");
    RawClient::receive_buffer_of_next(64 * 1024);
    RawClient slow_body(edge.port());
    slow_body.send("GET /body HTTP/1.1\r\nHost: t\r\n\r\n");
    const auto served = edge.wait_for_served(2);
    ASSERT_EQ(served.size(), 2U);
    for (const auto& one : served) EXPECT_LT(one.bytes_sent, 64 * 1024 * 1024);
    EXPECT_FALSE(slow_file.read_answer().whole);
    EXPECT_FALSE(slow_body.read_answer().whole);
}

TEST(HttpAnswers, a_reader_that_is_slow_but_moves_gets_everything) {
    const std::string bytes = numbered(6'000'000);
    const TestFile file(bytes);
    EdgeServer edge;
    edge.options.body_timeout = std::chrono::seconds(1);
    edge.add(Method::get, "/file", sends(file));
    edge.add(Method::get, "/body", [&](const Request&) { return text_response(bytes); });
    edge.add(Method::get, "/static", [&](const Request&) {
        Response response = text_response({});
        response.static_body = bytes;
        return response;
    });
    edge.start();
    for (const char* target : {"/file?0,6000000", "/body", "/static"}) {
        RawClient::receive_buffer_of_next(4 * 1024);
        RawClient client(edge.port());
        EXPECT_TRUE(client.exchange("GET", target).body == bytes) << target;
        EXPECT_TRUE(client.exchange("GET", target).body == bytes) << target;
    }
}

TEST(HttpAnswers, answers_without_a_body_have_none_and_keep_the_connection_in_step) {
    EdgeServer edge;
    edge.add(Method::get, "/body", [](const Request&) { return text_response("twelve bytes"); });
    edge.add(Method::get, "/status/{code}", [](const Request& request) {
        return text_response("must not be sent", std::stoi(request.path_param("code")));
    });
    edge.add(Method::head, "/own", [](const Request&) {
        Response response;
        response.header("content-length", "123456789");
        return response;
    });
    edge.add(Method::get, "/empty", [](const Request&) { return Response{}; });
    edge.start();
    RawClient client(edge.port());
    const auto head = client.exchange("HEAD", "/body");
    EXPECT_EQ(head.header("content-length"), "12");
    EXPECT_EQ(head.header("content-type"), "text/plain");
    for (const char* code : {"204", "304"}) {
        const auto answer = client.exchange("GET", std::string("/status/") + code);
        EXPECT_EQ(answer.status, std::stoi(code));
        EXPECT_EQ(answer.headers.count("content-length"), 0U);
        EXPECT_EQ(answer.headers.count("content-type"), 0U);
    }
    const auto own = client.exchange("HEAD", "/own");
    EXPECT_EQ(own.header("content-length"), "123456789");
    const auto empty = client.exchange("GET", "/empty");
    EXPECT_EQ(empty.header("content-length"), "0");
    EXPECT_EQ(empty.headers.count("content-type"), 0U);
    EXPECT_EQ(client.exchange("GET", "/body").body, "twelve bytes");
}

TEST(HttpAnswers, a_handler_may_end_the_connection) {
    EdgeServer edge;
    edge.add(Method::get, "/last",
             [](const Request&) {
                 Response response = text_response("bye");
                 response.close = true;
                 return response;
             })
        .start();
    RawClient client(edge.port());
    const auto answer = client.exchange("GET", "/last");
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_TRUE(client.is_closed_by_peer());
}

TEST(HttpAnswers, the_observer_is_told_of_each_finished_request) {
    EdgeServer edge;
    edge.add(Method::get, "/body/{n}", [](const Request&) { return text_response("twelve bytes"); }).start();
    RawClient client(edge.port());
    client.exchange("GET", "/body/1?x=y");
    client.exchange("GET", "/none");
    client.send("GARBAGE\r\n\r\n");
    const auto served = edge.wait_for_served(3);
    ASSERT_EQ(served.size(), 3U);
    EXPECT_EQ(served[0].status, 200);
    EXPECT_EQ(served[0].target, "/body/1?x=y");
    EXPECT_EQ(served[0].operation, "op /body/{n}");
    EXPECT_GT(served[0].bytes_sent, 100);
    EXPECT_EQ(served[1].status, 404);
    EXPECT_EQ(served[1].operation, "");
    EXPECT_EQ(served[2].status, 400);
}

} // namespace
} // namespace bifrost
