#pragma once
// Jobs that end at the same time end in one transaction.

#include <condition_variable>
#include <deque>
#include <mutex>

#include "queue/queue.hpp"

namespace bifrost::worker {

/// Thread-safe. Whoever comes while no transaction runs makes one for all that wait; the others wait for
/// theirs. A single job is not kept waiting for company.
class GroupFinisher {
  public:
    explicit GroupFinisher(database::Database& database) : database_(database) {}

    /// As queue::finish in a transaction of its own.
    Result<> finish(const queue::Finished& job);

  private:
    struct Waiting {
        const queue::Finished* job;
        std::optional<Result<>> outcome{};
    };
    void finish_waiting(std::unique_lock<std::mutex>& lock);

    database::Database& database_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Waiting*> waiting_;
    bool is_busy_ = false;
};

} // namespace bifrost::worker
