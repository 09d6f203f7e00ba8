#include "queue/queue.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "core/random.hpp"
#include "queue/job.sql.hpp"

namespace bifrost::queue {
namespace {

constexpr double kLongestBackoff = 3600; // seconds
constexpr std::size_t kJobColumns = 18;  // of Job; the fence comes after them
constexpr const char* kWorkerGone = "The worker that ran it is gone.";

/// 2^attempts seconds, at most an hour, ± 25 % so that a crowd doesn't come back at once. Microseconds.
std::int64_t backoff_micros(std::int64_t attempts) {
    const std::int64_t seconds = std::int64_t{1} << std::clamp<std::int64_t>(attempts, 0, 12);
    std::uint16_t dice = 0;
    secure_random(&dice, sizeof dice);
    const double jitter = 0.75 + 0.5 * static_cast<double>(dice) / 65535.0;
    return static_cast<std::int64_t>(std::min(kLongestBackoff, static_cast<double>(seconds) * jitter) * 1e6);
}

Error lease_lost() {
    return Error{Errc::conflict, "The lease of the job was lost: another worker has it or it was ended."};
}

Result<> expect_one(Result<std::int64_t> changed) {
    if (!changed) return changed.error();
    if (*changed == 0) return lease_lost();
    return {};
}

/// Due at a time that never comes: the job waits for its children.
constexpr Timestamp kNever{253'402'300'799'000'000}; // the last second of the year 9999

/// A job has ended for good; its parent is due when it waited for it and no other. The lock makes two last
/// children that end at once see each other.
Result<> child_ended(database::Tx& tx, const std::optional<Id>& parent_id) {
    if (!parent_id) return {};
    BIFROST_CHECK(tx.query(sql::lock_job, *parent_id));
    return tx.defer(sql::wake_parent, *parent_id, Timestamp::now(), kNever);
}

bool has_ended(std::string_view state) { return state == "done" || state == "dead" || state == "cancelled"; }

/// Makes jobs whose worker is gone due again.
Result<> end_lost_leases(database::Tx& tx, Timestamp now) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::end_lost_leases, now, kWorkerGone));
    for (const auto row : rows)
        if (has_ended(row.text(0))) BIFROST_CHECK(child_ended(tx, row.get<std::optional<Id>>(1)));
    return {};
}

Result<Job> lock(database::Tx& tx, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::lock_job, id));
    if (rows.empty()) return Error{Errc::not_found, "There is no such job."};
    return rows[0].as<Job>();
}

Result<Job> again(database::Tx& tx, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_job, id));
    return rows[0].as<Job>();
}

/// How many jobs a claim may still take, and of which kinds.
class Room {
  public:
    explicit Room(const ClaimOptions& options) : left_(options.limit) {
        for (const auto& kind : options.kinds) {
            const auto most = options.most_of_kind.find(kind);
            left_of_[kind] = most == options.most_of_kind.end() ? options.limit : most->second;
        }
    }
    void take(const std::string& kind) {
        --left_;
        --left_of_[kind];
    }
    /// So many that no kind can come out with too many, whichever they are; 0 when there is no room.
    [[nodiscard]] std::int64_t most_at_once() const {
        std::int64_t most = 0;
        for (const auto& [kind, left] : left_of_)
            if (left > 0) most = most == 0 ? left : std::min(most, left);
        return std::max<std::int64_t>(0, std::min(most, left_));
    }
    /// The kinds that have room, as a JSON array.
    [[nodiscard]] std::string kinds() const {
        std::vector<std::string> open;
        for (const auto& [kind, left] : left_of_)
            if (left > 0) open.push_back(kind);
        return json::to_json(open);
    }

  private:
    std::int64_t left_;
    std::map<std::string, std::int64_t> left_of_;
};

} // namespace

Result<Id> enqueue(database::Tx& tx, const JobSpec& spec) {
    const Id id = Id::make();
    const Timestamp now = Timestamp::now();
    // Again when the job that held the key ended between the two statements.
    for (int attempt = 0; attempt < 3; ++attempt) {
        BIFROST_ASSIGN(const auto inserted,
                       tx.execute(sql::insert_job, id, spec.project_id, spec.kind, spec.payload,
                                  spec.priority, spec.max_attempts, spec.parent_id, now, spec.created_by,
                                  spec.run_at.value_or(now), false, spec.unique_key));
        if (inserted == 1) return id;
        BIFROST_ASSIGN(const auto waiting, tx.query(sql::find_waiting_job, spec.unique_key));
        if (!waiting.empty()) return waiting[0].id(0);
    }
    return Error{Errc::unavailable, "The job could not be queued; try again."};
}

Result<std::vector<Id>> enqueue_all(database::Tx& tx, const std::vector<JobSpec>& specs) {
    const Timestamp now = Timestamp::now();
    std::vector<Id> ids;
    std::vector<database::Params> rows;
    for (const auto& spec : specs) {
        if (spec.unique_key) return Error{Errc::internal, "Jobs with a unique key are enqueued one by one."};
        ids.push_back(Id::make());
        rows.push_back(database::make_params(
            ids.back(), spec.project_id, spec.kind, spec.payload, spec.priority, spec.max_attempts,
            spec.parent_id, now, spec.created_by, spec.run_at.value_or(now), false, std::nullopt));
    }
    BIFROST_CHECK(tx.execute_many(sql::insert_job, rows));
    return ids;
}

Result<std::optional<Id>> find_waiting_job(database::Tx& tx, const std::string& unique_key) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_waiting_job, unique_key));
    return rows.empty() ? std::optional<Id>() : std::optional(rows[0].id(0));
}

Result<std::vector<Claim>> claim(database::Database& database, const ClaimOptions& options) {
    return database.write([&](database::Tx& tx) -> Result<std::vector<Claim>> {
        BIFROST_CHECK(tx.query_ahead(sql::commit_at_once, [](const database::Rows&) {}));
        bool any_lost = false;
        // Along with the first claim. A look that finds nothing to do writes nothing.
        BIFROST_CHECK(tx.query_ahead(
            sql::find_lost_lease, [&](const database::Rows& rows) { any_lost = !rows.empty(); },
            Timestamp::now()));
        Room room(options);
        std::vector<Claim> claims;
        while (const std::int64_t most = room.most_at_once()) {
            const Timestamp now = Timestamp::now();
            const Timestamp end{now.micros + std::chrono::microseconds(options.lease).count()};
            BIFROST_ASSIGN(const auto rows,
                           tx.query(sql::claim_jobs, now, room.kinds(), options.worker, end, most));
            for (const auto row : rows) {
                claims.push_back({row.as<Job>(), row.integer(kJobColumns)});
                room.take(claims.back().job.kind);
            }
            const bool was_all = static_cast<std::int64_t>(rows.size()) < most;
            if (std::exchange(any_lost, false))
                BIFROST_CHECK(end_lost_leases(tx, now));
            else if (was_all)
                break;
        }
        std::sort(claims.begin(), claims.end(), [](const Claim& a, const Claim& b) {
            return std::tuple(-a.job.priority, a.job.run_at, a.job.id) <
                   std::tuple(-b.job.priority, b.job.run_at, b.job.id);
        });
        return claims;
    });
}

Result<bool> heartbeat(database::Database& database, const Claim& claim, double progress,
                       std::chrono::milliseconds lease) {
    const double stored = progress >= 0 ? std::min(progress, 1.0) : 0; // what isn't a number is 0 too
    return database.write([&](database::Tx& tx) -> Result<bool> {
        const Timestamp end{Timestamp::now().micros + std::chrono::microseconds(lease).count()};
        BIFROST_ASSIGN(const auto rows, tx.query(sql::extend_lease, claim.job.id, claim.fence, end, stored));
        if (rows.empty()) return lease_lost();
        return !rows[0].boolean(0);
    });
}

Result<> finish(database::Tx& tx, const Claim& claim, const json::Raw& result) {
    BIFROST_CHECK(
        expect_one(tx.execute(sql::finish_job, claim.job.id, claim.fence, result, Timestamp::now())));
    return child_ended(tx, claim.job.parent_id);
}

std::vector<Result<>> finish_all(database::Database& database, const std::vector<Finished>& jobs) {
    const auto all = database.write([&](database::Tx& tx) -> Result<> {
        const Timestamp now = Timestamp::now();
        std::vector<database::Params> rows;
        std::set<Id> parents;
        for (const auto& job : jobs) {
            rows.push_back(database::make_params(job.claim->job.id, job.claim->fence, job.result, now));
            if (job.claim->job.parent_id) parents.insert(*job.claim->job.parent_id);
        }
        BIFROST_ASSIGN(const auto ended, tx.execute_many(sql::finish_job, rows));
        if (ended != static_cast<std::int64_t>(jobs.size())) return lease_lost();
        for (const Id& parent : parents) BIFROST_CHECK(child_ended(tx, parent));
        return {};
    });
    if (all || jobs.size() == 1 || all.error().code != Errc::conflict)
        return std::vector<Result<>>(jobs.size(), all);
    // One of them lost its lease, which undid the others: each by itself then.
    std::vector<Result<>> outcomes;
    for (const auto& job : jobs)
        outcomes.push_back(
            database.write([&](database::Tx& tx) { return finish(tx, *job.claim, job.result); }));
    return outcomes;
}

Result<> wait_for_children(database::Tx& tx, const Claim& claim) {
    const Timestamp now = Timestamp::now();
    BIFROST_CHECK(tx.query(sql::lock_job, claim.job.id));
    BIFROST_ASSIGN(const auto paused, tx.query(sql::pause_job, claim.job.id, claim.fence, kNever, now));
    if (paused.empty()) return lease_lost();
    if (has_ended(paused[0].text(1))) return child_ended(tx, claim.job.parent_id);
    return tx.defer(sql::wake_parent, claim.job.id, now, kNever);
}

Result<std::string> fail(database::Database& database, const Claim& claim, const std::string& error) {
    const bool is_last = claim.job.attempts >= claim.job.max_attempts;
    return database.write([&](database::Tx& tx) -> Result<std::string> {
        const Timestamp now = Timestamp::now();
        const Timestamp due{now.micros + backoff_micros(claim.job.attempts)};
        BIFROST_ASSIGN(const auto rows, tx.query(sql::fail_job, claim.job.id, claim.fence,
                                                 is_last ? "dead" : "failed", error, due, now));
        if (rows.empty()) return lease_lost();
        std::string state(rows[0].text(0));
        if (has_ended(state)) BIFROST_CHECK(child_ended(tx, claim.job.parent_id));
        return state;
    });
}

Result<> release(database::Database& database, const Claim& claim) {
    return database.write([&](database::Tx& tx) -> Result<> {
        BIFROST_ASSIGN(const auto rows,
                       tx.query(sql::release_job, claim.job.id, claim.fence, Timestamp::now()));
        if (rows.empty()) return lease_lost();
        if (has_ended(rows[0].text(0))) return child_ended(tx, claim.job.parent_id);
        return {};
    });
}

Result<std::optional<Job>> find_job(database::Tx& tx, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_job, id));
    if (rows.empty()) return std::optional<Job>{};
    return std::optional<Job>{rows[0].as<Job>()};
}

Result<Job> retry_job(database::Tx& tx, const Id& id) {
    BIFROST_ASSIGN(const Job job, lock(tx, id));
    if (job.state != "dead" && job.state != "failed" && job.state != "cancelled")
        return Error{Errc::conflict, "Only a job that failed or was cancelled can be retried; this one is " +
                                         job.state + "."};
    auto retried = tx.execute(sql::retry_job, id, Timestamp::now(), false);
    if (!retried) {
        if (retried.error().constraint != "job_unique_key") return retried.error();
        return Error{Errc::conflict, "A newer job does the same work already."};
    }
    return again(tx, id);
}

Result<Job> cancel_job(database::Tx& tx, const Id& id) {
    BIFROST_ASSIGN(const Job job, lock(tx, id));
    if (job.state == "done" || job.state == "dead")
        return Error{Errc::conflict, "The job has ended already; it is " + job.state + "."};
    if (job.state == "queued" || job.state == "failed") {
        BIFROST_CHECK(tx.execute(sql::cancel_queued_job, id, Timestamp::now(), true));
        BIFROST_CHECK(child_ended(tx, job.parent_id));
    }
    if (job.state == "running") BIFROST_CHECK(tx.execute(sql::request_cancel, id, true));
    return again(tx, id);
}

Result<std::map<std::string, std::int64_t>> count_children(database::Tx& tx, const Id& parent_id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::count_children, parent_id));
    std::map<std::string, std::int64_t> counts;
    for (const auto row : rows) counts.emplace(row.text(0), row.integer(1));
    return counts;
}

Result<std::vector<QueueDepth>> queue_depths(database::Tx& tx) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::queue_depths));
    const std::int64_t now = Timestamp::now().micros;
    std::vector<QueueDepth> depths;
    for (const auto row : rows) {
        const std::int64_t age = std::max<std::int64_t>(0, (now - row.integer(3)) / 1'000'000);
        depths.push_back({std::string(row.text(0)), std::string(row.text(1)), row.integer(2), age});
    }
    return depths;
}

Result<std::int64_t> remove_old_jobs(database::Tx& tx, Timestamp before, std::int64_t limit) {
    return tx.execute(sql::delete_old_jobs, before, limit);
}

} // namespace bifrost::queue
