#include "worker/jobs/tidy.hpp"

#include "services/webhook/delivery.hpp"
#include "worker/jobs/tidy.sql.hpp"

namespace bifrost::worker {
namespace {

constexpr std::int64_t kRowsATime = 500;
constexpr std::int64_t kAnswerSeconds = 24 * 3600;
constexpr std::int64_t kJobSeconds = 14 * 24 * 3600;
constexpr std::int64_t kDeliverySeconds = 30 * 24 * 3600;

/// Runs one deletion until it finds nothing more; how many rows went.
Result<std::int64_t> delete_all(JobContext& context,
                                const std::function<Result<std::int64_t>(database::Tx&)>& some) {
    std::int64_t total = 0;
    while (!context.stopped()) {
        BIFROST_ASSIGN(const auto removed, context.database().write(some));
        total += removed;
        if (removed < kRowsATime) break;
    }
    return total;
}

Result<json::Raw> tidy(JobContext& context) {
    const Timestamp now = Timestamp::now();
    BIFROST_ASSIGN(const auto answers, delete_all(context, [&](database::Tx& tx) {
                       return tx.execute(jobs::sql::delete_old_answers, now.plus_seconds(-kAnswerSeconds),
                                         kRowsATime);
                   }));
    BIFROST_ASSIGN(const auto sessions, delete_all(context, [&](database::Tx& tx) {
                       return tx.execute(jobs::sql::delete_expired_sessions, now, kRowsATime);
                   }));
    BIFROST_ASSIGN(const auto links, delete_all(context, [&](database::Tx& tx) {
                       return tx.execute(jobs::sql::delete_expired_links, now, kRowsATime);
                   }));
    BIFROST_ASSIGN(const auto old_jobs, delete_all(context, [&](database::Tx& tx) {
                       return queue::remove_old_jobs(tx, now.plus_seconds(-kJobSeconds), kRowsATime);
                   }));
    BIFROST_ASSIGN(const auto deliveries, delete_all(context, [&](database::Tx& tx) {
                       return webhook::remove_old_deliveries(tx, now.plus_seconds(-kDeliverySeconds),
                                                             kRowsATime);
                   }));
    json::Raw result{""};
    json::ObjectWriter(result.text)
        .member("answers", answers)
        .member("sessions", sessions)
        .member("links", links)
        .member("jobs", old_jobs)
        .member("deliveries", deliveries);
    return result;
}

} // namespace

JobKind tidy_job() {
    JobKind kind;
    kind.name = "tidy";
    kind.run = tidy;
    kind.most_at_once = 1;
    kind.every = std::chrono::minutes(15);
    return kind;
}

} // namespace bifrost::worker
