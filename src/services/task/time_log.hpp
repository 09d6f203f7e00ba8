#pragma once
// Time that somebody worked on a task.

#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "access/call.hpp"

namespace bifrost::task {

struct TimeLog {
    Id id;
    Id task_id;
    Id project_id;
    Id user_id;
    std::string date;
    std::int64_t minutes = 0;
    std::string comment;
    Timestamp created_at;
    Timestamp updated_at;
    std::int64_t revision = 1;
};
BOOST_DESCRIBE_STRUCT(TimeLog, (),
                      (id, task_id, project_id, user_id, date, minutes, comment, created_at, updated_at,
                       revision))

/// Newest day first.
Result<std::vector<TimeLog>> list_time_logs(database::Tx& tx, const access::Actor& actor, const Id& task_id);
/// The actor's own between two days (both included), oldest first.
Result<std::vector<TimeLog>> list_my_time_logs(database::Tx& tx, const access::Actor& actor,
                                               const std::string& from, const std::string& to);
/// `body`: {date, minutes: 1–1440, comment?}. conflict when the person would have more than 24 hours that
/// day. Needs time_log:create. Adds "task.time_logged"; the task's revision stays, its sum follows.
Result<TimeLog> create_time_log(access::Call& call, const Id& task_id, const boost::json::value& body);
/// Their own, or with task:update anybody's. JSON Merge Patch of date, minutes, comment. Adds
/// "task.time_changed".
Result<TimeLog> update_time_log(access::Call& call, const Id& id, const boost::json::value& patch,
                                std::optional<std::int64_t> if_revision);
/// Adds "task.time_removed".
Result<> delete_time_log(access::Call& call, const Id& id);

} // namespace bifrost::task
