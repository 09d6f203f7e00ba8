#include "services/task/time_log.hpp"

#include "core/json_reader.hpp"
#include "services/project/entity.hpp"
#include "services/task/task.hpp"
#include "services/task/task_write.hpp"
#include "services/task/time_log.sql.hpp"

namespace bifrost::task {
namespace {

using access::Permission;

constexpr std::int64_t kDay = 1440;

void read_members(json::Reader& reader, TimeLog& log, bool is_new) {
    if (!is_new) reader.refuse_null({"date", "minutes"});
    const auto date =
        is_new ? std::optional(reader.text("date", {1, 20})) : reader.optional_text("date", {1, 20});
    if (date && !date->empty() && !day_number(*date))
        reader.add_error("date", "must be a date like 2026-01-31");
    else if (date)
        log.date = *date;
    if (is_new)
        log.minutes = reader.integer("minutes", 1, kDay);
    else if (const auto minutes = reader.optional_integer("minutes", 1, kDay))
        log.minutes = *minutes;
    if (const auto text = reader.optional_text("comment", {0, 2000, true})) log.comment = *text;
    if (reader.is_null("comment")) log.comment.clear();
}

Result<> check_day(access::Call& call, const TimeLog& log) {
    BIFROST_CHECK(call.tx.query(sql::lock_person, log.user_id));
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::sum_of_day, log.user_id, log.date, log.id));
    const std::int64_t others = rows[0].integer(0);
    if (others + log.minutes <= kDay) return {};
    return Error{Errc::conflict, "There are " + std::to_string(others) + " minutes on " + log.date +
                                     " already; a day has no more than 1440."};
}

void add_event(access::Call& call, std::string action, const TimeLog& log, std::string_view before,
               std::string_view after) {
    call.changes.add({std::move(action), log.project_id, "task", log.task_id,
                      events::make_patch(before, after, {"created_at", "updated_at", "revision"})});
}

/// A log that the actor may change, and its row locked.
Result<TimeLog> lock_log(access::Call& call, const Id& id) {
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::lock_time_log, id));
    if (rows.empty()) return Error{Errc::not_found, "There is no such time log."};
    TimeLog log = rows[0].as<TimeLog>();
    BIFROST_CHECK(call.actor.require(log.user_id == call.actor.user_id ? Permission::time_log_create
                                                                       : Permission::task_update,
                                     log.project_id, "time log"));
    return log;
}

} // namespace

Result<std::vector<TimeLog>> list_time_logs(database::Tx& tx, const access::Actor& actor, const Id& task_id) {
    BIFROST_CHECK(project::get_visible_entity(tx, actor, task_id, "task"));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_time_logs, task_id));
    std::vector<TimeLog> logs;
    for (const auto row : rows) logs.push_back(row.as<TimeLog>());
    return logs;
}

Result<std::vector<TimeLog>> list_my_time_logs(database::Tx& tx, const access::Actor& actor,
                                               const std::string& from, const std::string& to) {
    const auto first = day_number(from);
    const auto last = day_number(to);
    if (!first) return invalid_field("/from", "must be a date like 2026-01-31");
    if (!last) return invalid_field("/to", "must be a date like 2026-01-31");
    if (*last - *first > 400) return invalid_field("/to", "must be at most 400 days behind `from`");
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_my_time_logs, actor.user_id, from, to));
    std::vector<TimeLog> logs;
    for (const auto row : rows) {
        TimeLog log = row.as<TimeLog>();
        if (actor.may_see(log.project_id)) logs.push_back(std::move(log));
    }
    return logs;
}

Result<TimeLog> create_time_log(access::Call& call, const Id& task_id, const boost::json::value& body) {
    BIFROST_ASSIGN(const auto entity, project::get_visible_entity(call.tx, call.actor, task_id, "task"));
    BIFROST_CHECK(call.actor.require(Permission::time_log_create, entity.project_id, "task"));
    json::Reader reader(body);
    TimeLog log;
    read_members(reader, log, true);
    BIFROST_CHECK(reader.finish());
    if (entity.archived_at)
        return Error{Errc::conflict, "The task is archived: restore it before changing it."};
    log.id = Id::make();
    log.task_id = task_id;
    log.project_id = entity.project_id;
    log.user_id = call.actor.user_id;
    log.created_at = log.updated_at = Timestamp::now();
    BIFROST_CHECK(check_day(call, log));
    BIFROST_CHECK(call.tx.execute(sql::insert_time_log, log.id, log.task_id, log.project_id, log.user_id,
                                  log.date, log.minutes, log.comment, log.created_at, log.updated_at,
                                  log.revision));
    BIFROST_CHECK(call.tx.execute(sql::add_logged_minutes, task_id, log.minutes));
    add_event(call, "task.time_logged", log, "", json::to_json(log));
    return log;
}

Result<TimeLog> update_time_log(access::Call& call, const Id& id, const boost::json::value& patch,
                                std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(TimeLog log, lock_log(call, id));
    if (if_revision && *if_revision != log.revision)
        return Error{Errc::stale_revision, "It was changed by someone else: it is at revision " +
                                               std::to_string(log.revision) + ". Read it again."};
    const TimeLog before = log;
    json::Reader reader(patch);
    read_members(reader, log, false);
    BIFROST_CHECK(reader.finish());
    if (json::to_json(log) == json::to_json(before)) return log;
    BIFROST_CHECK(check_day(call, log));
    log.updated_at = Timestamp::now();
    log.revision += 1;
    BIFROST_CHECK(call.tx.execute(sql::update_time_log, log.id, log.date, log.minutes, log.comment,
                                  log.updated_at, log.revision));
    BIFROST_CHECK(call.tx.execute(sql::add_logged_minutes, log.task_id, log.minutes - before.minutes));
    add_event(call, "task.time_changed", log, json::to_json(before), json::to_json(log));
    return log;
}

Result<> delete_time_log(access::Call& call, const Id& id) {
    BIFROST_ASSIGN(const TimeLog log, lock_log(call, id));
    BIFROST_CHECK(call.tx.execute(sql::delete_time_log, id));
    BIFROST_CHECK(call.tx.execute(sql::add_logged_minutes, log.task_id, -log.minutes));
    add_event(call, "task.time_removed", log, json::to_json(log), "{}");
    return {};
}

} // namespace bifrost::task
