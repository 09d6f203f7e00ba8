#include "services/task/task.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>

#include "core/text.hpp"
#include "services/project/project.hpp"
#include "services/task/task.sql.hpp"
#include "services/task/task_write.hpp"

namespace bifrost::task {
namespace {

using access::Actor;
using access::Call;
using access::Permission;

Result<project::Entity> get_entity_for(Call& call, const Id& id, Permission permission) {
    BIFROST_ASSIGN(auto entity, project::get_visible_entity(call.tx, call.actor, id, "task"));
    BIFROST_CHECK(call.actor.require(permission, entity.project_id, "task"));
    return entity;
}

/// What the task is to be done on: not archived, of this project, of a kind that has tasks.
Result<> take_owner(Call& call, json::Reader& reader, Task& task, const Id& owner_id) {
    BIFROST_ASSIGN(const auto owner, project::find_entity(call.tx, owner_id));
    const auto& kinds = task_owner_kinds();
    if (!owner || owner->project_id != task.project_id ||
        std::find(kinds.begin(), kinds.end(), owner->kind) == kinds.end()) {
        reader.add_error("entity_id", "is no asset, episode, sequence or shot of this project");
        return {};
    }
    if (owner->archived_at)
        reader.add_error("entity_id", "is archived; restore the " + owner->kind + " first");
    task.entity_id = owner->id;
    task.entity_kind = owner->kind;
    return {};
}

bool may_hang_under(const TaskType& type, std::string_view kind) {
    const auto parsed = boost::json::parse(type.applies_to.text);
    const auto& kinds = parsed.as_array();
    return kinds.empty() || std::any_of(kinds.begin(), kinds.end(), [&](const auto& one) {
               return std::string_view(one.as_string()) == kind;
           });
}

Result<> take_type(Call& call, json::Reader& reader, Task& task, const std::string& typed) {
    if (typed.empty()) return {};
    BIFROST_ASSIGN(const auto types, usable_types(call.tx, task.project_id));
    const std::string code = fold_code(typed).value_or(typed);
    std::string known;
    for (const auto& type : types) {
        known += (known.empty() ? "" : ", ") + type.code;
        if (type.code != code && type.id.text() != fold_case(typed)) continue;
        task.task_type_id = type.id;
        task.task_type = type.code;
        task.department = type.department;
        if (task.name.empty()) task.name = type.name;
        if (!task.entity_kind.empty() && !may_hang_under(type, task.entity_kind))
            reader.add_error("task_type", "is not for a task on a " + task.entity_kind);
        return {};
    }
    reader.add_error("task_type", "is no task type of this project; they are " + known);
    return {};
}

Result<Id> open_project(Call& call, std::string_view project) {
    BIFROST_ASSIGN(const auto found, project::get_project(call.tx, call.actor, project));
    BIFROST_CHECK(call.actor.require(Permission::task_create, found.id, "project"));
    if (found.archived_at)
        return Error{Errc::conflict, "The project is archived: restore it before adding to it."};
    return found.id;
}

} // namespace

Result<Task> get_task(database::Tx& tx, const Actor& actor, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_task, id));
    if (rows.empty()) return Error{Errc::not_found, "There is no such task."};
    std::vector<Task> tasks{rows[0].as<Task>()};
    BIFROST_CHECK(actor.require(Permission::project_read, tasks[0].project_id, "task"));
    BIFROST_CHECK(read_dependencies(tx, tasks));
    return std::move(tasks[0]);
}

Result<Task> create_task(Call& call, std::string_view project, const boost::json::value& body) {
    BIFROST_ASSIGN(const Id project_id, open_project(call, project));
    json::Reader reader(body);
    std::vector<Task> made(1);
    Task& task = made.front();
    task.project_id = project_id;
    const Id owner_id = reader.id("entity_id");
    const std::string type = reader.text("task_type", {1, 64});
    read_task_members(reader, task, true);
    if (!owner_id.is_nil()) BIFROST_CHECK(take_owner(call, reader, task, owner_id));
    BIFROST_CHECK(take_type(call, reader, task, type));
    BIFROST_CHECK(read_assignees(call.tx, reader, task));
    auto wanted = read_depends_on(reader);
    BIFROST_CHECK(reader.finish());
    BIFROST_CHECK(insert_tasks(call, project_id, made));
    if (wanted) BIFROST_CHECK(store_dependencies(call, task, std::move(*wanted)));
    const json::Raw depends_on = task.depends_on;
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::find_task, task.id));
    task = rows[0].as<Task>();
    task.depends_on = depends_on;
    call.changes.add({"task.created", project_id, "task", task.id,
                      events::make_patch("", json::to_json(task), derived_fields())});
    return std::move(task);
}

Result<Task> update_task(Call& call, const Id& id, const boost::json::value& patch,
                         std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const Task before, lock_task(call, id));
    BIFROST_CHECK(call.actor.require(Permission::task_update, before.project_id, "task"));
    Task task = before;
    json::Reader reader(patch);
    read_task_members(reader, task, false);
    BIFROST_CHECK(read_assignees(call.tx, reader, task));
    auto wanted = read_depends_on(reader);
    BIFROST_CHECK(reader.finish());
    if (wanted) BIFROST_CHECK(store_dependencies(call, task, std::move(*wanted)));
    if (json::to_json(before) == json::to_json(task) &&
        if_revision.value_or(before.revision) == before.revision)
        return before;
    BIFROST_CHECK(store_task(call, before, task, if_revision));
    return task;
}

Result<Task> archive_task(Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const auto entity, get_entity_for(call, id, Permission::task_archive));
    BIFROST_CHECK(project::archive_entity(call, entity, if_revision));
    return get_task(call.tx, call.actor, id);
}

Result<Task> restore_task(Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const auto entity, get_entity_for(call, id, Permission::task_archive));
    BIFROST_CHECK(project::restore_entity(call, entity, if_revision));
    return get_task(call.tx, call.actor, id);
}

Result<> purge_task(Call& call, const Id& id) {
    BIFROST_ASSIGN(const auto entity, get_entity_for(call, id, Permission::project_read));
    BIFROST_CHECK(call.actor.require_site(Permission::purge));
    return project::purge_entity(call, entity);
}

} // namespace bifrost::task
