#pragma once
// The job loop: claims jobs with a lease, runs them, keeps the lease alive, and ends each exactly once.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "queue/queue.hpp"

namespace bifrost::worker {

/// What a running job works with. Used by one thread; the worker's own thread extends the lease beside it.
class JobContext {
  public:
    JobContext() = default;
    JobContext(const JobContext&) = delete;
    JobContext& operator=(const JobContext&) = delete;
    virtual ~JobContext() = default;

    [[nodiscard]] virtual const queue::Job& job() const = 0;
    virtual database::Database& database() = 0;
    /// 0…1, stored with the next heartbeat; costs nothing.
    virtual void progress(double done) = 0;
    /// True when the job shall stop: somebody cancelled it, the worker drains, or the lease was lost. A function that
    /// sees it returns any error soon.
    [[nodiscard]] virtual bool stopped() const = 0;
    /// One transaction with the job's effect and its end: both happen or neither. conflict when the lease was lost.
    virtual Result<> finish_with(const std::function<Result<json::Raw>(database::Tx&)>& effect) = 0;
    /// Marks the job as done inside a transaction of the caller's, for effects that open their own.
    virtual Result<> finish_in(database::Tx& tx, const json::Raw& result) = 0;
};

struct JobKind {
    std::string name;
    /// Returns a value when the job has ended: by finish_with, finish_in, or, when it did neither, by the worker. An error
    /// puts it back with a backoff or buries it.
    std::function<Result<json::Raw>(JobContext&)> run;
    std::size_t most_at_once = SIZE_MAX; ///< in this process
    /// Enqueued again and again by whichever worker is first; 0: only on demand.
    std::chrono::seconds every{0};
    std::int64_t max_attempts = 5;
};

struct Options {
    std::size_t concurrency = 2;
    std::chrono::milliseconds poll{1000}; ///< how often jobs of other processes are looked for
    std::chrono::seconds lease{30};
    std::string name; ///< who claims, for people; host and process by default
};

class Worker {
  public:
    Worker(database::Database& database, std::vector<JobKind> kinds, Options options);
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker();

    void start();
    /// Claims no more, lets running jobs end for `most`, asks the rest to stop and gives them back.
    void drain(std::chrono::seconds most);
    /// Time since the loop last went round; a worker that hangs lets it grow.
    [[nodiscard]] std::chrono::milliseconds last_tick_age() const;

    struct Impl;

  private:
    std::unique_ptr<Impl> impl_;
};

} // namespace bifrost::worker
