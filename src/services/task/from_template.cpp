// Making the tasks that an entity usually has.

#include <algorithm>
#include <map>
#include <set>

#include <boost/json/parse.hpp>

#include "core/text.hpp"
#include "services/project/project.hpp"
#include "services/task/task.sql.hpp"
#include "services/task/task_write.hpp"

namespace bifrost::task {
namespace {

constexpr std::size_t kMostEntities = 2000;

struct Owner {
    Id id;
    std::string kind;
    std::optional<std::string> asset_type;
    std::optional<Timestamp> archived_at;
};
BOOST_DESCRIBE_STRUCT(Owner, (), (id, kind, asset_type, archived_at))

struct Template {
    Id id;
    std::string entity_kind;
    std::optional<std::string> asset_type;
    json::Raw items;
};
BOOST_DESCRIBE_STRUCT(Template, (), (id, entity_kind, asset_type, items))

/// Entity, type and folded name: what may stand there once.
using Place = std::pair<Id, std::pair<Id, std::string>>;

Result<std::vector<Id>> read_ids(json::Reader& reader) {
    std::vector<Id> ids;
    const auto* items = reader.array("entity_ids", kMostEntities, true);
    if (items == nullptr) return ids;
    if (items->empty()) reader.add_error("entity_ids", "must not be empty");
    for (std::size_t i = 0; i < items->size(); ++i) {
        const auto* text = (*items)[i].if_string();
        const auto id = text ? Id::parse({text->data(), text->size()}) : std::nullopt;
        if (id)
            ids.push_back(*id);
        else
            reader.add_item_error("entity_ids", i, "must be an id (a UUID)");
    }
    return ids;
}

const Template* choose(const std::vector<Template>& templates, const std::optional<Id>& wanted,
                       const Owner& owner) {
    for (const auto& one : templates) {
        if (wanted && one.id != *wanted) continue;
        if (one.entity_kind == owner.kind && (!one.asset_type || one.asset_type == owner.asset_type))
            return &one;
    }
    return nullptr;
}

Result<> refuse(const std::vector<Id>& ids, const std::map<Id, Owner>& owners,
                const std::map<Id, const Template*>& chosen) {
    Error error{Errc::invalid, "Some of the entities can't be given tasks."};
    for (std::size_t i = 0; i < ids.size() && error.fields.size() < 100; ++i) {
        const std::string pointer = "/entity_ids/" + std::to_string(i);
        const auto owner = owners.find(ids[i]);
        if (owner == owners.end())
            error.fields.push_back({pointer, "is no asset, episode, sequence or shot of this project"});
        else if (owner->second.archived_at)
            error.fields.push_back({pointer, "is archived; restore the " + owner->second.kind + " first"});
        else if (chosen.at(ids[i]) == nullptr)
            error.fields.push_back({pointer, "has no template that fits: make one, or name one that does"});
    }
    if (error.fields.empty()) return {};
    return error;
}

struct Work {
    std::map<std::string, TaskType> types; ///< by code
    std::set<Place> taken;
    std::map<std::pair<Id, std::string>, std::vector<Id>> tasks; ///< of an entity and a type's code
    MadeTasks outcome;
    std::vector<Task> made;
};

Result<> read_existing(database::Tx& tx, const Id& project_id, const std::vector<Id>& ids, Work& work) {
    BIFROST_ASSIGN(const auto types, usable_types(tx, project_id));
    std::map<Id, std::string> codes;
    for (const auto& type : types) {
        work.types.emplace(type.code, type);
        codes.emplace(type.id, type.code);
    }
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_tasks_of_owners, json::to_json(ids)));
    for (const auto row : rows) {
        work.taken.insert({row.id(0), {row.id(1), std::string(row.text(2))}});
        if (const auto code = codes.find(row.id(1)); code != codes.end())
            work.tasks[{row.id(0), code->second}].push_back(row.id(3));
    }
    return {};
}

void plan(Work& work, const Owner& owner, const Template& pattern) {
    const auto items = boost::json::parse(pattern.items.text);
    for (const auto& item : items.as_array()) {
        const auto& object = item.as_object();
        const auto type = work.types.find(std::string(std::string_view(object.at("task_type").as_string())));
        if (type == work.types.end()) continue; // archived since
        Task task;
        task.entity_id = owner.id;
        task.entity_kind = owner.kind;
        task.task_type_id = type->second.id;
        task.task_type = type->second.code;
        task.name = type->second.name;
        if (const auto* name = object.if_contains("name")) task.name = std::string_view(name->as_string());
        if (const auto* bid = object.if_contains("bid_minutes")) task.bid_minutes = bid->as_int64();
        if (work.taken.insert({owner.id, {type->second.id, fold_case(task.name)}}).second)
            work.made.push_back(std::move(task));
        else
            ++work.outcome.existing;
    }
}

/// The dependencies of the types, laid between the tasks of each entity. New tasks depend on what is there
/// and on each other along the types' order, which has no circle; nothing that is there depends on a new one.
Result<> lay_dependencies(access::Call& call, Work& work) {
    for (const auto& task : work.made) work.tasks[{task.entity_id, task.task_type}].push_back(task.id);
    std::vector<database::Params> rows;
    for (auto& task : work.made) {
        std::vector<TaskDependency> wanted;
        const auto codes = boost::json::parse(work.types.at(task.task_type).depends_on.text);
        for (const auto& code : codes.as_array()) {
            const auto found =
                work.tasks.find({task.entity_id, std::string(std::string_view(code.as_string()))});
            if (found == work.tasks.end()) continue;
            for (const auto& id : found->second) wanted.push_back({id, "finish_start", 0});
        }
        for (const auto& one : wanted)
            rows.push_back(database::make_params(task.id, one.task_id, one.kind, one.lag_days));
        if (!wanted.empty()) task.depends_on.text = json::to_json(wanted);
    }
    if (rows.empty()) return {};
    BIFROST_CHECK(call.tx.query(sql::lock_task_graph));
    BIFROST_CHECK(call.tx.execute_many(sql::insert_dependency, rows));
    return {};
}

/// The tasks as they stand now, with their events.
Result<> finish(access::Call& call, const Id& project_id, Work& work) {
    if (work.made.empty()) return {};
    std::vector<Id> ids;
    std::map<Id, json::Raw> waits;
    for (const auto& task : work.made) {
        ids.push_back(task.id);
        waits.emplace(task.id, task.depends_on);
    }
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::lock_tasks, project_id, json::to_json(ids)));
    for (const auto row : rows) {
        Task task = row.as<Task>();
        task.depends_on = waits[task.id];
        call.changes.add({"task.created", project_id, "task", task.id,
                          events::make_patch("", json::to_json(task), derived_fields())});
        work.outcome.data.push_back(std::move(task));
    }
    return {};
}

} // namespace

Result<MadeTasks> create_from_template(access::Call& call, std::string_view project,
                                       const boost::json::value& body) {
    BIFROST_ASSIGN(const auto found, project::get_project(call.tx, call.actor, project));
    BIFROST_CHECK(call.actor.require(access::Permission::task_create, found.id, "project"));
    json::Reader reader(body);
    BIFROST_ASSIGN(const auto ids, read_ids(reader));
    const auto template_id = reader.optional_id("template_id");
    BIFROST_CHECK(reader.finish());
    if (found.archived_at)
        return Error{Errc::conflict, "The project is archived: restore it before adding to it."};
    BIFROST_ASSIGN(const auto owner_rows, call.tx.query(sql::list_owners, found.id, json::to_json(ids)));
    std::map<Id, Owner> owners;
    const auto& kinds = task_owner_kinds();
    for (const auto row : owner_rows) {
        Owner owner = row.as<Owner>();
        if (std::find(kinds.begin(), kinds.end(), owner.kind) != kinds.end()) owners.emplace(owner.id, owner);
    }
    BIFROST_ASSIGN(const auto template_rows, call.tx.query(sql::list_templates, found.id));
    std::vector<Template> templates;
    for (const auto row : template_rows) templates.push_back(row.as<Template>());
    if (template_id && std::none_of(templates.begin(), templates.end(),
                                    [&](const auto& one) { return one.id == *template_id; }))
        return invalid_field("/template_id", "is no task template that can be used here");
    std::map<Id, const Template*> chosen;
    for (const auto& [id, owner] : owners) chosen[id] = choose(templates, template_id, owner);
    BIFROST_CHECK(refuse(ids, owners, chosen));
    Work work;
    BIFROST_CHECK(read_existing(call.tx, found.id, ids, work));
    for (const auto& [id, owner] : owners) plan(work, owner, *chosen.at(id));
    BIFROST_CHECK(insert_tasks(call, found.id, work.made));
    BIFROST_CHECK(lay_dependencies(call, work));
    BIFROST_CHECK(finish(call, found.id, work));
    return std::move(work.outcome);
}

Result<> ensure_task(access::Call& call, const project::Entity& entity, std::string_view task_type) {
    const std::vector<Id> ids{entity.id};
    Work work;
    BIFROST_CHECK(read_existing(call.tx, entity.project_id, ids, work));
    if (!work.types.contains(std::string(task_type)) ||
        work.tasks.contains({entity.id, std::string(task_type)}))
        return {};
    Template pattern;
    pattern.items.text = "[{\"task_type\":\"" + std::string(task_type) + "\"}]";
    plan(work, {entity.id, entity.kind, std::nullopt, std::nullopt}, pattern);
    BIFROST_CHECK(insert_tasks(call, entity.project_id, work.made));
    BIFROST_CHECK(lay_dependencies(call, work));
    return finish(call, entity.project_id, work);
}

} // namespace bifrost::task
