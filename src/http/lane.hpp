#pragma once
// Threads that run blocking work, behind a bounded queue.

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/worker_thread.hpp"

namespace bifrost::http {

/// A piece of work, linked into the queue itself so that queueing allocates nothing. Must live until run() or
/// dropped() was called.
class LaneJob {
  public:
    LaneJob() = default;
    LaneJob(const LaneJob&) = delete;
    LaneJob& operator=(const LaneJob&) = delete;

    /// On a thread of the lane. The job may be destroyed or queued again from within.
    virtual void run() noexcept = 0;
    /// Instead of run(), when the lane was stopped first; on the thread that stops it.
    virtual void dropped() noexcept = 0;

  protected:
    virtual ~LaneJob() = default;

  private:
    friend class LaneThreads;
    LaneJob* next_ = nullptr;
};

class LaneThreads {
  public:
    /// Threads are started when work finds none idle, up to `most_threads`; `most_queued` jobs may wait.
    LaneThreads(std::string name, unsigned most_threads, std::size_t most_queued);
    LaneThreads(const LaneThreads&) = delete;
    LaneThreads& operator=(const LaneThreads&) = delete;
    ~LaneThreads();

    /// Queues a job, or refuses it at once when the queue is full or the lane was stopped. Calls no thread
    /// yet: call() must follow, so that a loop with many ready connections calls once for all of them.
    [[nodiscard]] bool offer(LaneJob& job);
    /// Has a thread look at the queue.
    void call();
    /// Queues the continuation of something that was admitted already: never refused for fullness, dropped
    /// when stopped.
    void push(LaneJob& job);
    /// Drops what waits, and joins the threads once their running jobs return.
    void stop();

  private:
    struct Worker {
        std::condition_variable wake;
        bool called = false;
        WorkerThread thread;
    };

    bool enqueue(LaneJob& job, bool admitted);
    Worker* next_to_wake();
    void start_worker();
    void work(Worker& worker);

    const std::string name_;
    const unsigned most_threads_;
    const std::size_t most_queued_;
    std::mutex mutex_;
    LaneJob* first_ = nullptr;
    LaneJob* last_ = nullptr;
    std::size_t queued_ = 0;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<Worker*> idle_; ///< the last to fall idle is called first: its caches are warm
    bool waking_ =
        false; ///< one was called and has not looked at the queue yet; calling more would only cost switches
    bool stopped_ = false;
};

} // namespace bifrost::http
