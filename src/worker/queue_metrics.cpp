#include "worker/queue_metrics.hpp"

#include <map>
#include <mutex>

#include "core/log.hpp"
#include "core/metrics.hpp"
#include "queue/queue.hpp"

namespace bifrost::worker {

/// Shared with the callback, which can't be taken off: what it asks is taken from it instead.
struct QueueMetrics::Asked {
    std::mutex mutex;
    database::Database* database = nullptr;
    struct Series {
        metrics::Gauge jobs;
        metrics::Gauge oldest;
        bool is_seen = false;
    };
    std::map<std::pair<std::string, std::string>, Series> series;

    Series& series_of(const queue::QueueDepth& depth) {
        const auto found = series.find({depth.kind, depth.state});
        if (found != series.end()) return found->second;
        const metrics::Labels labels{{"kind", depth.kind}, {"state", depth.state}};
        const Series made{
            metrics::gauge("bifrost_queue_jobs", "Jobs that wait, run, or are dead", labels),
            metrics::gauge("bifrost_queue_oldest_seconds", "How long the first of them is due", labels)};
        return series.emplace(std::pair(depth.kind, depth.state), made).first->second;
    }

    void scrape() {
        const std::lock_guard lock(mutex);
        if (database == nullptr) return;
        const auto depths = database->read([](database::Tx& tx) { return queue::queue_depths(tx); });
        if (!depths) {
            log::warning("the queue could not be counted", {{"detail", depths.error().detail}});
            return;
        }
        for (auto& [_, one] : series) one.is_seen = false;
        for (const auto& depth : *depths) {
            Series& one = series_of(depth);
            one.jobs.set(static_cast<double>(depth.count));
            one.oldest.set(static_cast<double>(depth.oldest_age_seconds));
            one.is_seen = true;
        }
        for (auto& [_, one] : series) {
            if (one.is_seen) continue;
            one.jobs.set(0);
            one.oldest.set(0);
        }
    }
};

QueueMetrics::QueueMetrics(database::Database& database) : asked_(std::make_shared<Asked>()) {
    asked_->database = &database;
    metrics::on_scrape([asked = asked_] { asked->scrape(); });
}

QueueMetrics::~QueueMetrics() {
    const std::lock_guard lock(asked_->mutex);
    asked_->database = nullptr;
}

} // namespace bifrost::worker
