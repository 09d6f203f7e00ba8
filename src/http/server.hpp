#pragma once
// The edge: accepts connections, reads requests within limits, runs handlers on bounded lanes, writes
// responses.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "http/router.hpp"

namespace bifrost::http {

struct ServerOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8000; ///< 0: any free one
    unsigned io_threads = 1;
    unsigned fast_threads = 8;
    unsigned slow_threads = 2;
    unsigned password_threads = 1;
    unsigned file_threads = 4;
    std::size_t most_queued = 1024; ///< requests waiting in a lane; more get 503 with Retry-After
    std::size_t most_connections = 10'000;
    std::size_t most_header_bytes = 16 * 1024;
    std::size_t most_buffered_bytes =
        256 * 1024 * 1024;                   ///< of all request bodies in memory at once; more get 503
    std::chrono::seconds header_timeout{10}; ///< from the first byte of a request to the end of its head
    std::chrono::seconds body_timeout{30};   ///< without any progress of the body or of the response
    std::chrono::seconds idle_timeout{75};   ///< a kept-alive connection without a request
    std::chrono::seconds queue_timeout{
        10}; ///< a request that waited longer in its lane gets 503 instead of being run
    /// Addresses and networks ("127.0.0.1", "10.0.0.0/8") whose X-Forwarded-For and X-Forwarded-Proto are
    /// believed.
    std::vector<std::string> trusted_proxies{};
    /// Origins whose pages may call this server with credentials.
    std::vector<std::string> allowed_origins{};
};

/// How errors that the edge finds itself become responses (the api room knows problem+json, this one
/// doesn't): 400, 405, 413, 500, 503. Runs on a lane or on an event loop, so it must not block. 408 and 431,
/// which no Errc stands for, are answered by the edge itself with a minimal problem document.
using ErrorResponder = std::function<Response(const Error&, const Request&)>;
/// Told about each finished request, also one whose client went away (status 499 when that was before the
/// answer): for logs and metrics. Runs on an event loop thread and must not block.
struct Served {
    const Request* request = nullptr;
    const Route* route = nullptr; ///< nullptr when none matched
    int status = 0;
    std::int64_t bytes_sent = 0;
    std::chrono::microseconds duration{0};
};
using Observer = std::function<void(const Served&)>;

class Server {
  public:
    /// `fallback` answers what no route matches (the web UI, 404); it runs on the fast lane. It gets bodies
    /// up to 1 MiB; of larger ones it sees the head only.
    Server(ServerOptions options, Router router, Handler fallback, ErrorResponder on_error,
           Observer observer);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    /// Binds and starts the threads. A port in use is a conflict with a sentence that names it; other errors:
    /// invalid (no such host, no such address of this machine, a bad trusted proxy), forbidden (a port that
    /// needs rights), unavailable (no threads).
    Result<> start();
    [[nodiscard]] std::uint16_t port() const;
    /// Stops accepting, lets running requests finish (at most `most`, then their connections are cut), closes
    /// idle connections, joins the threads. A handler can't be interrupted: one that does not return holds
    /// this call.
    void drain(std::chrono::seconds most);
    [[nodiscard]] bool draining() const;

    struct Impl;

  private:
    std::unique_ptr<Impl> impl_;
};

} // namespace bifrost::http
