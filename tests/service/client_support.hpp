#pragma once
// A small HTTP server on a free port, answering what a test says: for failures that a real server doesn't
// produce at will.

#include <arpa/inet.h>
#include <atomic>
#include <functional>
#include <mutex>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace bifrost::tests {

struct StubRequest {
    std::string method;
    std::string target;
    std::string head; ///< the header lines as they came
    std::string body;
};

struct StubReply {
    int status = 200;
    std::string body{};
    std::string headers{};               ///< whole lines
    bool drop = false;                   ///< close the connection without an answer
    std::size_t cut = std::string::npos; ///< close after so many bytes of the body
};

class StubServer {
  public:
    using Answer = std::function<StubReply(const StubRequest&)>;

    explicit StubServer(Answer answer) : answer_(std::move(answer)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
        ::listen(listener_, 64);
        socklen_t length = sizeof address;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
        url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
        acceptor_ = std::thread{[this] { accept_all(); }};
    }
    StubServer(const StubServer&) = delete;
    StubServer& operator=(const StubServer&) = delete;
    ~StubServer() {
        stop_ = true;
        ::shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        {
            const std::scoped_lock lock{mutex_};
            for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
        }
        for (auto& thread : threads_) thread.join();
        ::close(listener_);
    }

    [[nodiscard]] const std::string& url() const { return url_; }
    /// "METHOD /target" of every request so far.
    [[nodiscard]] std::vector<std::string> log() {
        const std::scoped_lock lock{mutex_};
        return log_;
    }
    [[nodiscard]] int connections() const { return connections_; }

  private:
    void accept_all() {
        while (!stop_) {
            const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (socket < 0) continue;
            ++connections_;
            const std::scoped_lock lock{mutex_};
            sockets_.push_back(socket);
            threads_.emplace_back([this, socket] {
                serve(socket);
                const std::scoped_lock closing{mutex_};
                std::erase(sockets_, socket);
                ::close(socket);
            });
        }
    }

    void serve(int socket) {
        std::string buffer;
        const auto read_more = [&] {
            char block[65536];
            const ssize_t got = ::recv(socket, block, sizeof block, 0);
            if (got > 0) buffer.append(block, static_cast<std::size_t>(got));
            return got > 0;
        };
        while (!stop_) {
            std::size_t end = 0;
            while ((end = buffer.find("\r\n\r\n")) == std::string::npos)
                if (!read_more()) return;
            StubRequest request;
            request.head = buffer.substr(0, end + 2);
            request.method = request.head.substr(0, request.head.find(' '));
            request.target = request.head.substr(request.method.size() + 1,
                                                 request.head.find(' ', request.method.size() + 1) -
                                                     request.method.size() - 1);
            std::size_t length = 0;
            if (const auto at = request.head.find("Content-Length: "); at != std::string::npos)
                length = std::stoul(request.head.substr(at + 16));
            while (buffer.size() < end + 4 + length)
                if (!read_more()) return;
            request.body = buffer.substr(end + 4, length);
            buffer.erase(0, end + 4 + length);
            {
                const std::scoped_lock lock{mutex_};
                log_.push_back(request.method + " " + request.target);
            }
            const StubReply reply = answer_(request);
            if (reply.drop) return;
            const std::string type = reply.status >= 400 ? "application/problem+json" : "application/json";
            std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " X\r\nContent-Type: " + type +
                               "\r\nContent-Length: " + std::to_string(reply.body.size()) + "\r\n" +
                               reply.headers + "\r\n";
            text += reply.body.substr(0, reply.cut);
            if (::send(socket, text.data(), text.size(), MSG_NOSIGNAL) < 0 || reply.cut != std::string::npos)
                return;
        }
    }

    Answer answer_;
    int listener_ = -1;
    std::string url_;
    std::atomic<bool> stop_ = false;
    std::atomic<int> connections_ = 0;
    std::mutex mutex_;
    std::vector<std::string> log_;
    std::vector<int> sockets_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

} // namespace bifrost::tests
