#include "queue/queue.hpp"

#include <algorithm>
#include <cmath>

#include "core/random.hpp"
#include "queue/job.sql.hpp"

namespace bifrost::queue {
namespace {

constexpr std::int64_t kLongestBackoffSeconds = 3600;
constexpr const char* kWorkerGone = "The worker that ran it is gone.";

/// 2^attempts seconds, at most an hour, ± 25 % so that a crowd doesn't come back at once. Microseconds.
std::int64_t backoff_micros(std::int64_t attempts) {
    const std::int64_t seconds =
        std::min(kLongestBackoffSeconds, std::int64_t{1} << std::min<std::int64_t>(attempts, 12));
    std::uint16_t dice = 0;
    secure_random(&dice, sizeof dice);
    const double jitter = 0.75 + 0.5 * static_cast<double>(dice) / 65535.0;
    return static_cast<std::int64_t>(static_cast<double>(seconds) * 1e6 * jitter);
}

Error lease_lost() { return Error{Errc::conflict, "The lease of the job was lost: another worker has it or it was ended."}; }

Result<> expect_one(Result<std::int64_t> changed) {
    if (!changed) return changed.error();
    if (*changed == 0) return lease_lost();
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

} // namespace

Result<Id> enqueue(database::Tx& tx, const JobSpec& spec) {
    const Id id = Id::make();
    const Timestamp now = Timestamp::now();
    // Twice: the job that held the key may end between the two statements.
    for (int attempt = 0; attempt < 2; ++attempt) {
        BIFROST_ASSIGN(const auto inserted,
                       tx.execute(sql::insert_job, id, spec.project_id, spec.kind, spec.payload, spec.priority, spec.max_attempts,
                                  spec.parent_id, now, spec.created_by, spec.run_at.value_or(now), false, spec.unique_key));
        if (inserted == 1) return id;
        BIFROST_ASSIGN(const auto waiting, tx.query(sql::find_waiting_job, spec.unique_key));
        if (!waiting.empty()) return waiting[0].id(0);
    }
    return Error{Errc::unavailable, "The job could not be queued; try again."};
}

Result<std::vector<Claim>> claim(database::Database& database, const ClaimOptions& options) {
    return database.write([&](database::Tx& tx) -> Result<std::vector<Claim>> {
        const Timestamp now = Timestamp::now();
        BIFROST_CHECK(tx.defer(sql::bury_abandoned_jobs, now, kWorkerGone));
        BIFROST_CHECK(tx.defer(sql::reclaim_abandoned_jobs, now, kWorkerGone));
        std::vector<Claim> claims;
        for (const auto& kind : options.kinds) {
            const std::int64_t room = options.limit - static_cast<std::int64_t>(claims.size());
            if (room <= 0) break;
            BIFROST_ASSIGN(const auto rows, tx.query(sql::claim_jobs, now, kind, options.worker,
                                                     now.plus_seconds(options.lease.count()), room));
            for (const auto row : rows) claims.push_back({row.as<Job>(), row.integer(18)});
        }
        std::stable_sort(claims.begin(), claims.end(),
                         [](const Claim& a, const Claim& b) { return a.job.priority > b.job.priority; });
        return claims;
    });
}

Result<bool> heartbeat(database::Database& database, const Claim& claim, double progress, std::chrono::seconds lease) {
    return database.write([&](database::Tx& tx) -> Result<bool> {
        BIFROST_ASSIGN(const auto rows, tx.query(sql::extend_lease, claim.job.id, claim.fence,
                                                 Timestamp::now().plus_seconds(lease.count()), std::clamp(progress, 0.0, 1.0)));
        if (rows.empty()) return lease_lost();
        return !rows[0].boolean(0);
    });
}

Result<> finish(database::Tx& tx, const Claim& claim, const json::Raw& result) {
    return expect_one(tx.execute(sql::finish_job, claim.job.id, claim.fence, result, Timestamp::now()));
}

Result<> fail(database::Database& database, const Claim& claim, const std::string& error) {
    return database.write([&](database::Tx& tx) -> Result<> {
        BIFROST_ASSIGN(const Job job, lock(tx, claim.job.id));
        const Timestamp now = Timestamp::now();
        const bool hopeless = job.attempts >= job.max_attempts;
        const char* state = job.cancel_requested ? "cancelled" : hopeless ? "dead" : "failed";
        const bool ended = job.cancel_requested || hopeless;
        return expect_one(tx.execute(sql::fail_job, claim.job.id, claim.fence, state, error,
                                     Timestamp{now.micros + backoff_micros(job.attempts)},
                                     ended ? std::optional(now) : std::nullopt));
    });
}

Result<> release(database::Database& database, const Claim& claim) {
    return database.write([&](database::Tx& tx) { return expect_one(tx.execute(sql::release_job, claim.job.id, claim.fence)); });
}

Result<std::optional<Job>> find_job(database::Tx& tx, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_job, id));
    if (rows.empty()) return std::optional<Job>{};
    return std::optional<Job>{rows[0].as<Job>()};
}

Result<Job> retry_job(database::Tx& tx, const Id& id) {
    BIFROST_ASSIGN(const Job job, lock(tx, id));
    if (job.state != "dead" && job.state != "failed" && job.state != "cancelled")
        return Error{Errc::conflict, "Only a job that failed or was cancelled can be retried; this one is " + job.state + "."};
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
    if (job.state == "queued" || job.state == "failed") BIFROST_CHECK(tx.execute(sql::cancel_queued_job, id, Timestamp::now(), true));
    if (job.state == "running") BIFROST_CHECK(tx.execute(sql::request_cancel, id, true));
    return again(tx, id);
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
