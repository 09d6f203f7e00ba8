#include "api/observe.hpp"

#include <array>
#include <memory>
#include <mutex>

#include "core/log.hpp"
#include "core/metrics.hpp"

namespace bifrost::api {
namespace {

/// The series of one operation, found once.
struct Series {
    std::array<std::optional<metrics::Counter>, 6> by_class; ///< index: status / 100
    metrics::Histogram duration;
};

class Book {
  public:
    void count(const http::Served& served) {
        const std::string operation = served.route != nullptr ? served.route->operation_id : "other";
        const std::lock_guard lock(mutex_);
        auto found = series_.find(operation);
        if (found == series_.end()) {
            const metrics::Histogram duration = metrics::histogram(
                "bifrost_http_request_duration_seconds", "Time from a request's head to its answer",
                {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10},
                {{"operation", operation}});
            found = series_.emplace(operation, Series{{}, duration}).first;
        }
        auto& counter =
            found->second.by_class.at(static_cast<std::size_t>(std::clamp(served.status / 100, 0, 5)));
        if (!counter)
            counter = metrics::counter(
                "bifrost_http_requests_total", "Answered requests",
                {{"operation", operation}, {"status", std::to_string(served.status / 100) + "xx"}});
        counter->increment();
        found->second.duration.observe(static_cast<double>(served.duration.count()) / 1e6);
    }

  private:
    std::mutex mutex_;
    std::unordered_map<std::string, Series> series_;
};

} // namespace

http::Observer observe_requests() {
    auto book = std::make_shared<Book>();
    return [book](const http::Served& served) {
        book->count(served);
        const auto level = served.status >= 500 ? log::Level::warning : log::Level::debug;
        if (!log::enabled(level) || served.request == nullptr) return;
        log::write(level, "request",
                   {{"method", std::string(http::method_name(served.request->method))},
                    {"path", served.request->path},
                    {"status", std::to_string(served.status)},
                    {"micros", std::to_string(served.duration.count())},
                    {"bytes", std::to_string(served.bytes_sent)},
                    {"request_id", served.request->request_id}});
    };
}

} // namespace bifrost::api
