#pragma once
// A server with the routes of one test, on a port of its own, and what its observer was told.

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "http/server.hpp"
#include "support/raw_client.hpp"

namespace bifrost::test {

inline int status_of(Errc code) {
    switch (code) {
    case Errc::malformed:
        return 400;
    case Errc::method_not_allowed:
        return 405;
    case Errc::too_large:
        return 413;
    case Errc::invalid:
        return 422;
    case Errc::unavailable:
        return 503;
    case Errc::out_of_space:
        return 507;
    default:
        return 500;
    }
}

inline http::Response text_response(std::string body, int status = 200) {
    http::Response response;
    response.status = status;
    response.content_type = "text/plain";
    response.body = std::move(body);
    return response;
}

struct ServedCopy {
    int status = 0;
    std::string target;
    std::string operation;
    std::int64_t bytes_sent = 0;
};

/// A condition that threads of a test wait for, instead of sleeping.
class Gate {
  public:
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    /// False when it did not open within 20 seconds.
    bool wait() {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), [this] { return open_; });
    }
    [[nodiscard]] bool is_open() {
        const std::lock_guard lock(mutex_);
        return open_;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
};

class EdgeServer {
  public:
    http::ServerOptions options;
    http::Router router;

    EdgeServer() {
        options.port = 0;
        options.fast_threads = 2;
    }

    EdgeServer& add(http::Method method, std::string pattern, http::Handler handler,
                    http::Lane lane = http::Lane::fast, std::size_t most_body = 1024 * 1024) {
        http::Route route;
        route.method = method;
        route.operation_id = "op " + pattern;
        route.pattern = std::move(pattern);
        route.handler = std::move(handler);
        route.lane = lane;
        route.most_body = most_body;
        router.add(std::move(route));
        return *this;
    }
    EdgeServer& add_stream(std::string pattern, http::StreamHandler stream,
                           std::size_t most_body = std::size_t{1} << 40) {
        http::Route route;
        route.method = http::Method::put;
        route.operation_id = "op " + pattern;
        route.pattern = std::move(pattern);
        route.stream = std::move(stream);
        route.lane = http::Lane::file;
        route.most_body = most_body;
        router.add(std::move(route));
        return *this;
    }

    EdgeServer& start() {
        server_ = std::make_unique<http::Server>(
            options, std::move(router),
            [](const http::Request& request) { return text_response("nothing at " + request.path, 404); },
            [](const Error& error, const http::Request&) {
                return text_response(error.detail, status_of(error.code));
            },
            [this](const http::Served& served) {
                const std::lock_guard lock(mutex_);
                served_.push_back({served.status, served.request->target,
                                   served.route != nullptr ? served.route->operation_id : "",
                                   served.bytes_sent});
                changed_.notify_all();
            });
        if (auto started = server_->start(); !started) throw std::runtime_error(started.error().detail);
        return *this;
    }

    http::Server& server() { return *server_; }
    std::uint16_t port() { return server_->port(); }

    /// The first `count` requests that were finished, once there are so many; fewer after 20 seconds.
    std::vector<ServedCopy> wait_for_served(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(20), [&] { return served_.size() >= count; });
        return served_;
    }

    std::size_t served_so_far() {
        const std::lock_guard lock(mutex_);
        return served_.size();
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<ServedCopy> served_;
    std::unique_ptr<http::Server> server_; ///< last: its threads use the rest
};

} // namespace bifrost::test
