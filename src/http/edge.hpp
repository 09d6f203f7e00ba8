#pragma once
// What all connections share.

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "http/budget.hpp"
#include "http/cross_origin.hpp"
#include "http/lane.hpp"
#include "http/proxies.hpp"
#include "http/server.hpp"

namespace bifrost::http {

struct Edge {
    Edge(ServerOptions o, Router r, Handler f, ErrorResponder e, Observer w);

    LaneThreads& lane(Lane which) { return *lanes[static_cast<std::size_t>(which)]; }
    LaneThreads& lane_of(const Route* route) { return lane(route != nullptr ? route->lane : Lane::fast); }

    /// The answer to an error, by the ErrorResponder; Retry-After is added to 503 when it has none.
    [[nodiscard]] Response answer_to(const Error& error, const Request& request) const noexcept;
    /// A minimal problem document for what no Errc stands for: 408 and 431.
    [[nodiscard]] static Response plain_problem(int status, std::string_view detail, const Request& request);

    void connection_opened() { connections.fetch_add(1); }
    void connection_closed();
    /// Waits until the last connection is closed, at most until `deadline`.
    void wait_until_quiet(std::chrono::steady_clock::time_point deadline);

    ServerOptions options;
    Router router;
    Handler fallback;
    ErrorResponder on_error;
    Observer observer;
    TrustedProxies proxies;
    CrossOrigin cross_origin;
    Budget bodies;
    std::array<std::unique_ptr<LaneThreads>, 4> lanes;
    std::atomic<bool> draining{false};
    std::atomic<std::size_t> connections{0};

  private:
    std::mutex quiet_mutex_;
    std::condition_variable quiet_;
};

} // namespace bifrost::http
