#pragma once
// The job loop: claims jobs with a lease, runs them, keeps the lease alive, and ends each exactly once.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "queue/queue.hpp"

namespace bifrost::worker {

/// What a running job works with. Used by one thread; another thread of the worker extends the lease beside
/// it.
class JobContext {
  public:
    JobContext() = default;
    JobContext(const JobContext&) = delete;
    JobContext& operator=(const JobContext&) = delete;
    virtual ~JobContext() = default;

    [[nodiscard]] virtual const queue::Job& job() const = 0;
    virtual database::Database& database() = 0;
    /// 0…1; costs nothing. It is stored with the next heartbeat: after 2 s, or a third of a shorter lease.
    virtual void progress(double done) = 0;
    /// True when the job shall stop: somebody cancelled it, the worker drains, or the lease was lost. A
    /// function that sees it returns any error soon; the job is then cancelled, given back untouched, or
    /// somebody else's.
    [[nodiscard]] virtual bool stopped() const = 0;
    /// One transaction with the job's effect and its end: both happen or neither. conflict when the lease was
    /// lost. The value of `effect` is the job's result; like the body of every write it may run more than
    /// once.
    virtual Result<> finish_with(const std::function<Result<json::Raw>(database::Tx&)>& effect) = 0;
    /// Marks the job as done inside a transaction of the caller's, for effects that open their own. When that
    /// transaction fails, the function must return the error.
    virtual Result<> finish_in(database::Tx& tx, const json::Raw& result) = 0;
    /// One transaction in which `enqueue` makes children of this job (`parent_id`) and the job is put aside
    /// until all of them have ended. The function then returns any value, and is run again from its beginning
    /// when they have: it tells the second time from the first by queue::count_children. conflict when the
    /// lease was lost.
    virtual Result<> wait_for_children(const std::function<Result<>(database::Tx&)>& enqueue) = 0;
};

struct JobKind {
    std::string name;
    /// Returns a value when the job has ended: by finish_with, finish_in, or, when it did neither, by the
    /// worker. An error puts it back with a backoff or buries it. It may run again after its effects outside
    /// of the database.
    std::function<Result<json::Raw>(JobContext&)> run;
    std::size_t most_at_once = SIZE_MAX; ///< in this process
    /// Queued for every multiple of this since the epoch, once for all workers of the site; 0: only on
    /// demand.
    std::chrono::seconds every{0};
    std::int64_t max_attempts = 5; ///< of those that `every` makes
};

struct Options {
    std::size_t concurrency = 2;
    std::chrono::milliseconds poll{1000}; ///< how often jobs of other processes are looked for
    std::chrono::milliseconds lease{
        30'000};      ///< extended every third of it; a dead worker's jobs wait so long
    std::string name; ///< who claims, for people; host and process by default
};

/// `database` outlives the worker. Metrics: bifrost_jobs_total{kind,outcome},
/// bifrost_job_duration_seconds{kind}, and, asked of the database at each scrape,
/// bifrost_queue_jobs{kind,state} and bifrost_queue_oldest_seconds{kind,state}.
class Worker {
  public:
    Worker(database::Database& database, std::vector<JobKind> kinds, Options options);
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    /// Drains with no time to wait, and then waits for functions that don't look at `stopped`.
    ~Worker();

    void start();
    /// Claims no more, asks running jobs to stop, gives them `most` to end, and gives back what they were
    /// working on. True when every function has returned; one that hasn't can't end its job any more.
    bool drain(std::chrono::milliseconds most);
    /// Time since the loop last went round; a worker that hangs lets it grow past the database's deadline.
    [[nodiscard]] std::chrono::milliseconds last_tick_age() const;

    struct Impl;

  private:
    std::unique_ptr<Impl> impl_;
};

} // namespace bifrost::worker
