#pragma once
// What a thread of its own sees of the primary, a few times a second: how far its write-ahead log is, and
// since when its oldest transaction hides the events of later ones.

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "core/metrics.hpp"
#include "database/database.hpp"
#include "database/postgres/connection.hpp"

namespace bifrost::database::postgres {

class PrimaryWatch {
  public:
    using Clock = Connection::Clock;

    struct Sample {
        Clock::time_point at;
        std::uint64_t wal = 0; ///< flushed up to here at that time
    };

    explicit PrimaryWatch(const PostgresOptions& options);
    PrimaryWatch(const PrimaryWatch&) = delete;
    PrimaryWatch& operator=(const PrimaryWatch&) = delete;
    ~PrimaryWatch();

    /// The newest one; nothing before the primary was reached once.
    [[nodiscard]] std::optional<Sample> newest() const;
    /// For how long the primary has been further than `replayed`, as far as the samples reach; 0 when it
    /// isn't, or isn't known to be.
    [[nodiscard]] std::chrono::milliseconds lag_of(std::uint64_t replayed) const;

  private:
    /// The oldest transaction that ran when a later one had ended.
    struct Oldest {
        std::int64_t transaction = 0;
        Clock::time_point since;
    };

    void work(const std::stop_token& stop);
    void look();
    void note(const pg_result* result);

    const PostgresOptions options_;
    std::unique_ptr<Connection> connection_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Sample> samples_;
    std::optional<Oldest> oldest_; ///< of the watching thread
    metrics::Gauge horizon_age_;
    std::jthread thread_;
};

} // namespace bifrost::database::postgres
