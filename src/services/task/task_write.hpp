#pragma once
// What the sources of this room share: rows of tasks, their people and dependencies.

#include <set>

#include "core/json_reader.hpp"
#include "services/task/catalog.hpp"
#include "services/task/task.hpp"

namespace bifrost::task {

/// One thing that a task waits for. `lag_days` may be negative.
struct TaskDependency {
    Id task_id;
    std::string kind; ///< finish_start, start_start, finish_finish, start_finish
    std::int64_t lag_days = 0;
};
BOOST_DESCRIBE_STRUCT(TaskDependency, (), (task_id, kind, lag_days))

/// What never stands in an event.
const std::vector<std::string_view>& derived_fields();
std::int64_t priority_number(std::string_view name);

/// The task with its row locked.
Result<Task> lock_task(access::Call& call, const Id& id);
/// Fills `depends_on` of each.
Result<> read_dependencies(database::Tx& tx, std::vector<Task>& tasks);
/// Inserts tasks whose owner, type and members are set, with their people; gives them ids, times and the
/// state that their workflow begins in. Adds "task.created" for each.
Result<> insert_tasks(access::Call& call, const Id& project_id, std::vector<Task>& tasks);
/// Writes what differs between `before` and `after`; adds "task.updated".
Result<> store_task(access::Call& call, const Task& before, Task& after,
                    std::optional<std::int64_t> if_revision);
struct AssigneesOf {
    Id task_id;
    json::Raw assignees; ///< a list of user ids
};
/// Replaces the assignees of these tasks; adds no event.
Result<> store_assignees(access::Call& call, const std::vector<AssigneesOf>& tasks);

/// Members that creation and change have in common; `is_new`: nulls mean absence.
void read_task_members(json::Reader& reader, Task& task, bool is_new);
/// The users behind ids or codes, who must be active and see the project; bad fields go to the reader.
Result<std::vector<Id>> find_assignees(database::Tx& tx, json::Reader& reader, std::string_view key,
                                       const Id& project_id, const std::vector<std::string>& names);
Result<> read_assignees(database::Tx& tx, json::Reader& reader, Task& task);
/// `depends_on` as the body says; nothing without the member.
std::optional<std::vector<TaskDependency>> read_depends_on(json::Reader& reader);
/// Replaces what the task waits for: invalid ("/depends_on/n") for tasks that aren't of the project and
/// for a circle. Under the lock of the graph.
Result<> store_dependencies(access::Call& call, Task& task, std::vector<TaskDependency> wanted);

/// "2026-01-31" → days since 1970-01-01; nothing for what is no date. And back.
std::optional<std::int64_t> day_number(std::string_view date);
std::string date_text(std::int64_t day);

} // namespace bifrost::task
