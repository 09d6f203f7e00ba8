#pragma once
// Jobs as rows: enqueued in the transaction that wants them, claimed with a lease, retried with backoff,
// buried when hopeless.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/id.hpp"
#include "core/json_writer.hpp"
#include "core/result.hpp"
#include "core/timestamp.hpp"
#include "database/database.hpp"

namespace bifrost::queue {

/// A job's row, as the API shows it.
struct Job {
    Id id;
    std::optional<Id> project_id;
    std::string kind;
    json::Raw payload;
    std::string state; ///< queued, running, done, failed (will be tried again), dead, cancelled
    std::int64_t priority = 0;
    std::int64_t attempts = 0;
    std::int64_t max_attempts = 0;
    double progress = 0; ///< 0…1
    std::optional<std::string> error;
    std::optional<json::Raw> result;
    std::optional<Id> parent_id;
    Timestamp created_at;
    std::optional<Id> created_by;
    Timestamp run_at;
    std::optional<Timestamp> started_at;
    std::optional<Timestamp> finished_at;
    bool cancel_requested = false;
};
BOOST_DESCRIBE_STRUCT(Job, (),
                      (id, project_id, kind, payload, state, priority, attempts, max_attempts, progress,
                       error, result, parent_id, created_at, created_by, run_at, started_at, finished_at,
                       cancel_requested))

struct JobSpec {
    std::string kind;
    json::Raw payload;
    std::optional<Id> project_id;
    std::optional<Id> created_by;
    std::optional<Id> parent_id;
    std::int64_t priority = 0; ///< higher first
    std::int64_t max_attempts = 5;
    std::optional<Timestamp> run_at;
    /// While a job with this key is queued or running, enqueueing another returns that one.
    std::optional<std::string> unique_key;
};

/// A claimed job. `fence` is the time of the claim in microseconds, or more: it grows with each claim, and
/// whoever lost the lease can't finish the job any more.
struct Claim {
    Job job;
    std::int64_t fence = 0;
};

struct ClaimOptions {
    std::string worker; ///< who claims, for people to read
    std::vector<std::string> kinds;
    std::int64_t limit = 1;
    std::chrono::milliseconds lease{30'000};
    /// At most so many of a kind; one that isn't named is limited by `limit` only.
    std::map<std::string, std::int64_t> most_of_kind;
};

/// The id of the new job, or of the one that holds the unique key. Call `notify_workers` after the commit.
Result<Id> enqueue(database::Tx& tx, const JobSpec& spec);
/// Many new jobs without a round trip each; none of them may have a unique key.
Result<std::vector<Id>> enqueue_all(database::Tx& tx, const std::vector<JobSpec>& specs);
/// The job that holds a unique key: it waits, runs, or will be tried again.
Result<std::optional<Id>> find_waiting_job(database::Tx& tx, const std::string& unique_key);
/// Jobs that are due, highest priority first and then the longest due, leased to the caller; two callers
/// never get the same one. Jobs whose lease ran out count as due, unless they have no attempt left: those are
/// dead then. Times are this machine's: clocks may differ by less than a lease; the fence keeps more from
/// harming anything.
Result<std::vector<Claim>> claim(database::Database& database, const ClaimOptions& options);
/// Extends the lease and stores the progress; conflict when the lease was lost; the value is false when the
/// job shall stop.
Result<bool> heartbeat(database::Database& database, const Claim& claim, double progress,
                       std::chrono::milliseconds lease);
/// Marks it done inside the transaction that carries its effect; conflict when the lease was lost. Wakes the
/// parent that waits for it, as every end of a job does.
Result<> finish(database::Tx& tx, const Claim& claim, const json::Raw& result);
/// A job that ended without an effect in the database.
struct Finished {
    const Claim* claim = nullptr;
    json::Raw result;
};
/// Ends many in one transaction. One result for each: conflict for those whose lease was lost.
std::vector<Result<>> finish_all(database::Database& database, const std::vector<Finished>& jobs);
/// Puts a running job aside until every child that it has by then has ended (done, dead or cancelled), in the
/// transaction that enqueues them; it is run again from its beginning, with the same attempt. Without a child
/// that still waits or runs it is due at once. conflict when the lease was lost.
Result<> wait_for_children(database::Tx& tx, const Claim& claim);
/// Back to the queue after a backoff (2^attempts seconds, ± 25 %, at most 1 h), dead after max_attempts, or
/// cancelled when that was asked for; the value is its new state. conflict when the lease was lost.
Result<std::string> fail(database::Database& database, const Claim& claim, const std::string& error);
/// Gives a claimed job back untouched (drain). conflict when the lease was lost.
Result<> release(database::Database& database, const Claim& claim);

Result<std::optional<Job>> find_job(database::Tx& tx, const Id& id);
/// dead, failed or cancelled → queued with fresh attempts; conflict otherwise.
Result<Job> retry_job(database::Tx& tx, const Id& id);
/// queued or failed → cancelled at once; running → asked to stop; cancelled → the same; done or dead →
/// conflict. Children are jobs of their own and go on.
Result<Job> cancel_job(database::Tx& tx, const Id& id);
/// The states of a job's children and how many there are of each.
Result<std::map<std::string, std::int64_t>> count_children(database::Tx& tx, const Id& parent_id);

struct QueueDepth {
    std::string kind;
    std::string state;
    std::int64_t count = 0;
    std::int64_t oldest_age_seconds = 0;
};
BOOST_DESCRIBE_STRUCT(QueueDepth, (), (kind, state, count, oldest_age_seconds))
Result<std::vector<QueueDepth>> queue_depths(database::Tx& tx);

/// Removes at most `limit` jobs that were done or cancelled before then; how many.
Result<std::int64_t> remove_old_jobs(database::Tx& tx, Timestamp before, std::int64_t limit);

/// Tells the workers of this process that a job was committed, and those of others when a line to them is
/// open (wake_line.hpp); without one they find it at their next poll.
void notify_workers();
/// Tells those of this process only.
void ring();
/// How often workers were woken; taken before looking for jobs, so that a wake-up in between isn't missed.
std::uint64_t notifications();
/// Waits until there were more notifications than `seen`, or the time is over.
void wait_for_jobs(std::uint64_t seen, std::chrono::milliseconds most);

/// Calls `tell` at each `notify_workers` of this process while it lives; it must be quick and not throw.
class NotificationHook {
  public:
    explicit NotificationHook(std::function<void()> tell);
    NotificationHook(const NotificationHook&) = delete;
    NotificationHook& operator=(const NotificationHook&) = delete;
    ~NotificationHook();

  private:
    std::uint64_t number_;
};

} // namespace bifrost::queue
