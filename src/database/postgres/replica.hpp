#pragma once
// One streaming replica: a thread of its own connects to it, looks whether it is fit to serve, and opens the
// connections that requests borrow. A request never connects and never waits for one that does.

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/metrics.hpp"
#include "database/postgres/connection.hpp"
#include "database/postgres/primary_watch.hpp"

namespace bifrost::database::postgres {

class Replica {
  public:
    using Clock = Connection::Clock;

    /// A connection, given back when it dies.
    class Lease {
      public:
        Lease() = default;
        Lease(Replica& replica, std::unique_ptr<Connection> connection)
            : replica_(&replica), connection_(std::move(connection)) {}
        Lease(Lease&& other) noexcept = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease() {
            if (connection_) replica_->take_back(std::move(connection_));
        }
        [[nodiscard]] Connection& operator*() const { return *connection_; }
        explicit operator bool() const { return connection_ != nullptr; }

      private:
        Replica* replica_ = nullptr;
        std::unique_ptr<Connection> connection_;
    };

    /// `number` counts from 1 and names it in metrics and in the log. `watch` outlives it.
    Replica(const PostgresOptions& options, std::size_t number, const PrimaryWatch& watch);
    Replica(const Replica&) = delete;
    Replica& operator=(const Replica&) = delete;
    ~Replica();

    /// Looked at within the last second, and fit then.
    [[nodiscard]] bool serves() const { return Clock::now().time_since_epoch().count() < fit_until_; }
    /// A connection that is free, or becomes free before `deadline`; none otherwise.
    Lease borrow(Clock::time_point deadline);
    /// Whether it has replayed up to `wal`; looks and waits until `deadline` while there is hope.
    bool has_replayed(Lease& lease, std::uint64_t wal, Clock::time_point deadline);
    [[nodiscard]] std::uint64_t replayed() const { return replayed_; }
    void count_read() const { reads_.increment(); }

  private:
    void work(const std::stop_token& stop);
    /// Looks at it and says how it stands.
    void look();
    /// How far it has replayed; nothing when the connection is lost, or when it is no replica.
    std::optional<std::uint64_t> ask_replayed(Connection& connection);
    [[nodiscard]] bool diverged() const;
    void set_fit(bool fit, const char* why);
    [[nodiscard]] bool lacks_connections() const;
    void open_more();
    void take_back(std::unique_ptr<Connection> connection);
    void cut_borrowed();

    const PostgresOptions options_;
    const std::chrono::milliseconds most_lag_;
    const std::string name_;
    const PrimaryWatch& watch_;

    std::atomic<Clock::rep> fit_until_{0};
    std::atomic<std::uint64_t> replayed_{0};
    std::atomic<std::int64_t> lag_ms_{0};

    // Of the thread.
    std::unique_ptr<Connection> look_;
    Clock::time_point looked_at_;
    std::uint64_t replayed_then_ = 0;
    bool was_fit_ = false;
    bool said_ = false;

    std::mutex mutex_;
    std::condition_variable returned_;   ///< a connection is free
    std::condition_variable_any wanted_; ///< the thread has something to do
    bool look_now_ = false;
    std::size_t waiting_ = 0;
    std::vector<std::unique_ptr<Connection>> idle_;
    std::vector<Connection*> borrowed_;

    metrics::Counter reads_;
    metrics::Gauge lag_;
    metrics::Gauge up_;
    std::jthread thread_;
};

} // namespace bifrost::database::postgres
