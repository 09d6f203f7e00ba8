#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "core/result.hpp"

namespace bifrost::worker {

/// A thread that keeps a consumer of the event log up to date: it calls `take_in` until that finds nothing,
/// then looks again after `poll`. Of several processes whoever comes first does the work.
class EventFollower {
  public:
    /// `what` names it in the log: "notifications".
    EventFollower(std::string what, std::function<Result<std::int64_t>()> take_in,
                  std::chrono::milliseconds poll = std::chrono::milliseconds(300));
    EventFollower(const EventFollower&) = delete;
    EventFollower& operator=(const EventFollower&) = delete;
    /// Stops.
    ~EventFollower();

    void start();
    /// Waits for the transaction that runs, if one does.
    void stop();

  private:
    void run();
    /// False when it shall stop.
    bool wait(std::chrono::milliseconds time);

    std::string what_;
    std::function<Result<std::int64_t>()> take_in_;
    std::chrono::milliseconds poll_;
    std::mutex mutex_;
    std::condition_variable stopping_changed_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace bifrost::worker
