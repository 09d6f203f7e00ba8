#include "services/task/task_write.hpp"

#include <map>

#include <boost/json/parse.hpp>

#include "core/text.hpp"
#include "services/project/workflow_lock.hpp"
#include "services/task/task.sql.hpp"

namespace bifrost::task {
namespace {

struct Beginning {
    std::string status = "todo";
    bool is_closed = false;
};

Result<Beginning> find_beginning(database::Tx& tx, const Id& project_id, const std::string& type) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_initial_status, project_id, type));
    if (rows.empty()) return Beginning{};
    return Beginning{std::string(rows[0].text(0)), rows[0].text(1) == "done" || rows[0].text(1) == "retired"};
}

Error name_conflict(Error error, const Task& task) {
    if (error.code != Errc::conflict || database::is_foreign_key(error)) return error;
    return Error{Errc::conflict, "There is a task '" + task.name + "' of the type " + task.task_type +
                                     " already; give this one another name."};
}

void add_assignee_rows(const Id& task_id, const json::Raw& assignees, std::vector<database::Params>& rows) {
    const auto list = boost::json::parse(assignees.text);
    for (const auto& user : list.as_array())
        rows.push_back(database::make_params(task_id, std::string_view(user.as_string())));
}

} // namespace

const std::vector<std::string_view>& derived_fields() {
    static const std::vector<std::string_view> fields = {"revision",       "updated_at", "updated_by",
                                                         "logged_minutes", "department", "entity_address"};
    return fields;
}

Result<Task> lock_task(access::Call& call, const Id& id) {
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::lock_task, id));
    if (rows.empty()) return Error{Errc::not_found, "There is no such task."};
    std::vector<Task> tasks{rows[0].as<Task>()};
    BIFROST_CHECK(call.actor.require(access::Permission::project_read, tasks[0].project_id, "task"));
    BIFROST_CHECK(read_dependencies(call.tx, tasks));
    return std::move(tasks[0]);
}

Result<> insert_tasks(access::Call& call, const Id& project_id, std::vector<Task>& tasks) {
    if (tasks.empty()) return {};
    const auto now = Timestamp::now();
    std::optional<Id> actor;
    if (!call.actor.user_id.is_nil()) actor = call.actor.user_id;
    BIFROST_CHECK(project::share_workflows(call.tx));
    std::map<std::string, Beginning> beginnings;
    std::vector<database::Params> entities;
    std::vector<database::Params> rows;
    std::vector<database::Params> people;
    for (auto& task : tasks) {
        const auto [place, is_new] = beginnings.try_emplace(task.task_type);
        if (is_new) {
            BIFROST_ASSIGN(place->second, find_beginning(call.tx, project_id, task.task_type));
        }
        task.id = Id::make();
        task.project_id = project_id;
        task.created_at = task.updated_at = now;
        task.created_by = task.updated_by = actor;
        task.revision = 1;
        task.status = place->second.status;
        if (place->second.is_closed) task.closed_at = now;
        if (task.priority.empty()) task.priority = "normal";
        entities.push_back(
            database::make_params(task.id, project_id, task.entity_id, now, actor, task.metadata));
        rows.push_back(database::make_params(task.id, project_id, task.entity_id, task.task_type_id,
                                             task.name, fold_case(task.name), task.description, task.status,
                                             priority_number(task.priority), task.start_date, task.due_date,
                                             task.bid_minutes, task.closed_at, task.assignees));
        add_assignee_rows(task.id, task.assignees, people);
    }
    BIFROST_CHECK(call.tx.execute_many(sql::insert_entity, entities));
    if (auto inserted = call.tx.execute_many(sql::insert_task, rows); !inserted)
        return name_conflict(inserted.error(), tasks.front());
    if (!people.empty()) BIFROST_CHECK(call.tx.execute_many(sql::insert_assignee, people));
    return {};
}

Result<> store_assignees(access::Call& call, const std::vector<AssigneesOf>& tasks) {
    std::vector<database::Params> gone;
    std::vector<database::Params> rows;
    for (const auto& [task_id, assignees] : tasks) {
        gone.push_back(database::make_params(task_id));
        add_assignee_rows(task_id, assignees, rows);
    }
    if (!gone.empty()) BIFROST_CHECK(call.tx.execute_many(sql::delete_assignees, gone));
    if (!rows.empty()) BIFROST_CHECK(call.tx.execute_many(sql::insert_assignee, rows));
    return {};
}

Result<> store_task(access::Call& call, const Task& before, Task& after,
                    std::optional<std::int64_t> if_revision) {
    project::EntityChange change;
    change.if_revision = if_revision;
    if (after.metadata.text != before.metadata.text) change.metadata = after.metadata;
    BIFROST_ASSIGN(const auto touched, project::touch_entity(call, before.id, change));
    static_cast<project::EntityFields&>(after) = touched;
    const auto updated = call.tx.execute(sql::update_task, before.id, after.name, fold_case(after.name),
                                         after.description, priority_number(after.priority), after.start_date,
                                         after.due_date, after.bid_minutes, after.assignees);
    if (!updated) return name_conflict(updated.error(), after);
    if (after.assignees != before.assignees)
        BIFROST_CHECK(store_assignees(call, {{before.id, after.assignees}}));
    call.changes.add({"task.updated", before.project_id, "task", before.id,
                      events::make_patch(json::to_json(before), json::to_json(after), derived_fields())});
    return {};
}

} // namespace bifrost::task
