#pragma once
// Jobs that come again and again, made by whichever worker of the site is first.

#include "worker/worker.hpp"

namespace bifrost::worker {

/// Each kind has at most one such job that waits or runs, due at a multiple of its interval since the epoch,
/// so that many workers make no more of them than one.
class Recurring {
  public:
    explicit Recurring(const std::vector<JobKind>& kinds);
    /// Queues those that aren't waiting; asks the database about each kind a few times an interval.
    void queue_due(database::Database& database);

  private:
    using Clock = std::chrono::steady_clock;
    struct Kind {
        queue::JobSpec spec;
        std::chrono::seconds every;
        Clock::time_point look_at;
    };
    std::vector<Kind> kinds_;
};

} // namespace bifrost::worker
