#pragma once
// A bounded set of connections: the one used last is handed out first, callers wait in the order in which
// they came.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "database/database.hpp"

namespace bifrost::database {

/// Thread-safe. Connections are made when they are first needed, outside of the lock.
template <class Connection>
class ConnectionPool {
  public:
    using Clock = std::chrono::steady_clock;
    using Connect = std::function<Result<std::unique_ptr<Connection>>()>;

    /// Gives its connection back when it dies.
    class Lease {
      public:
        Lease(ConnectionPool& pool, std::unique_ptr<Connection> connection)
            : pool_(&pool), connection_(std::move(connection)) {}
        Lease(Lease&& other) noexcept : pool_(other.pool_), connection_(std::move(other.connection_)) {}
        Lease& operator=(Lease&& other) noexcept {
            if (this != &other) {
                give_back();
                pool_ = other.pool_;
                connection_ = std::move(other.connection_);
            }
            return *this;
        }
        ~Lease() { give_back(); }

        [[nodiscard]] Connection& operator*() const { return *connection_; }
        [[nodiscard]] Connection* operator->() const { return connection_.get(); }
        /// Closes the connection instead of giving it back.
        void discard() {
            if (!connection_) return;
            connection_.reset();
            pool_->forget();
        }

      private:
        void give_back() {
            if (connection_) pool_->take_back(std::move(connection_));
        }

        ConnectionPool* pool_;
        std::unique_ptr<Connection> connection_;
    };

    ConnectionPool(std::size_t most, Connect connect) : most_(most), connect_(std::move(connect)) {
        idle_.reserve(most);
    }

    /// A connection, or `unavailable` when all are busy until the deadline, or what connecting failed with.
    Result<Lease> acquire(Clock::time_point deadline) {
        std::unique_lock lock(mutex_);
        if (waiting_.empty() && !idle_.empty()) {
            auto connection = std::move(idle_.back());
            idle_.pop_back();
            return Lease(*this, std::move(connection));
        }
        if (open_ < most_) {
            ++open_;
            lock.unlock();
            return connect();
        }
        Waiter waiter;
        waiting_.push_back(&waiter);
        if (!waiter.changed.wait_until(lock, deadline,
                                       [&] { return waiter.connection || waiter.may_connect; })) {
            std::erase(waiting_, &waiter);
            return Error{Errc::unavailable, "The database is too busy; try again."};
        }
        lock.unlock();
        if (waiter.connection) return Lease(*this, std::move(waiter.connection));
        return connect();
    }

    [[nodiscard]] Stats stats() const {
        const std::lock_guard lock(mutex_);
        return {open_, open_ - idle_.size(), waiting_.size()};
    }

  private:
    struct Waiter {
        std::condition_variable changed;
        std::unique_ptr<Connection> connection;
        bool may_connect = false;
    };

    /// Its place is counted in `open_` already.
    Result<Lease> connect() {
        try {
            auto connection = connect_();
            if (connection) return Lease(*this, std::move(*connection));
            forget();
            return connection.error();
        } catch (...) {
            forget();
            throw;
        }
    }

    void take_back(std::unique_ptr<Connection> connection) {
        const std::lock_guard lock(mutex_);
        if (waiting_.empty()) {
            idle_.push_back(std::move(connection));
            return;
        }
        Waiter& waiter = *waiting_.front();
        waiting_.pop_front();
        waiter.connection = std::move(connection);
        waiter.changed.notify_one(); // under the lock: the waiter lives on another thread's stack
    }

    void forget() {
        const std::lock_guard lock(mutex_);
        if (waiting_.empty()) {
            --open_;
            return;
        }
        Waiter& waiter = *waiting_.front();
        waiting_.pop_front();
        waiter.may_connect = true;
        waiter.changed.notify_one();
    }

    const std::size_t most_;
    const Connect connect_;
    mutable std::mutex mutex_;
    std::size_t open_ = 0;
    std::vector<std::unique_ptr<Connection>> idle_;
    std::deque<Waiter*> waiting_;
};

} // namespace bifrost::database
