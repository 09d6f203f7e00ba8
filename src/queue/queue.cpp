#include "queue/queue.hpp"

#include <algorithm>
#include <tuple>

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

Result<std::optional<Id>> find_waiting_job(database::Tx& tx, const std::string& unique_key) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_waiting_job, unique_key));
    return rows.empty() ? std::optional<Id>() : std::optional(rows[0].id(0));
}

Result<std::vector<Claim>> claim(database::Database& database, const ClaimOptions& options) {
    return database.write([&](database::Tx& tx) -> Result<std::vector<Claim>> {
        BIFROST_CHECK(tx.defer(sql::end_lost_leases, Timestamp::now(), kWorkerGone));
        Room room(options);
        std::vector<Claim> claims;
        while (const std::int64_t most = room.most_at_once()) {
            const Timestamp now = Timestamp::now();
            const Timestamp end{now.micros + std::chrono::microseconds(options.lease).count()};
            BIFROST_ASSIGN(const auto rows,
                           tx.query(sql::claim_jobs, now, room.kinds(), options.worker, end, most));
            if (rows.empty()) break;
            for (const auto row : rows) {
                claims.push_back({row.as<Job>(), row.integer(kJobColumns)});
                room.take(claims.back().job.kind);
            }
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
    return expect_one(tx.execute(sql::finish_job, claim.job.id, claim.fence, result, Timestamp::now()));
}

Result<std::string> fail(database::Database& database, const Claim& claim, const std::string& error) {
    const bool is_last = claim.job.attempts >= claim.job.max_attempts;
    return database.write([&](database::Tx& tx) -> Result<std::string> {
        const Timestamp now = Timestamp::now();
        const Timestamp due{now.micros + backoff_micros(claim.job.attempts)};
        BIFROST_ASSIGN(const auto rows, tx.query(sql::fail_job, claim.job.id, claim.fence,
                                                 is_last ? "dead" : "failed", error, due, now));
        if (rows.empty()) return lease_lost();
        return std::string(rows[0].text(0));
    });
}

Result<> release(database::Database& database, const Claim& claim) {
    return database.write([&](database::Tx& tx) {
        return expect_one(tx.execute(sql::release_job, claim.job.id, claim.fence, Timestamp::now()));
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
    if (job.state == "queued" || job.state == "failed")
        BIFROST_CHECK(tx.execute(sql::cancel_queued_job, id, Timestamp::now(), true));
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
