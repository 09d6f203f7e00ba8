#pragma once
// Wake-ups between processes: a job that one of them commits is begun by another within milliseconds.

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "queue/queue.hpp"

namespace bifrost::queue {

/// While it lives, `notify_workers` of this process is heard by those that have a line to the same database,
/// and theirs here. Many wake-ups at once travel as one. A line that is broken is mended by itself; until
/// then the others find jobs when they look by themselves. Nothing for SQLite, which one process has for
/// itself.
class WakeLine {
  public:
    /// `database_url` as for open_database.
    explicit WakeLine(const std::string& database_url);
    WakeLine(const WakeLine&) = delete;
    WakeLine& operator=(const WakeLine&) = delete;
    ~WakeLine();

    /// True while both directions work.
    [[nodiscard]] bool is_open() const { return is_listening_ && is_sending_; }

  private:
    void listen();
    void send();
    /// Waits before another attempt; false when it shall stop.
    bool pause();

    std::string url_;
    std::string sender_; ///< so that it doesn't hear itself
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    bool is_asked_ = false; ///< to send
    std::atomic<bool> is_listening_{false};
    std::atomic<bool> is_sending_{false};
    std::unique_ptr<NotificationHook> hook_;
    std::thread listening_;
    std::thread sending_;
};

} // namespace bifrost::queue
