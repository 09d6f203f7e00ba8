#include "services/workflow/save.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>

#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "services/asset/asset_type.hpp"
#include "services/project/project.hpp"
#include "services/project/workflow_lock.hpp"
#include "services/task/catalog.hpp"
#include "services/workflow/guard.hpp"
#include "services/workflow/remap.hpp"
#include "services/workflow/workflow.sql.hpp"

namespace bifrost::workflow {
namespace {

using access::Permission;

constexpr std::size_t kMostStates = 50;
constexpr std::size_t kMostMoves = 1000;

struct Request {
    Workflow workflow;
    std::map<std::string, std::string> map;
    bool dry_run = false;
};

bool is_colour(std::string_view text) {
    return text.size() == 7 && text[0] == '#' &&
           text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string_view::npos;
}

std::string read_code(json::Reader& reader, std::string_view key) {
    return fold_code(reader.text(key, {1, 64})).value_or("");
}

State read_state(json::Reader& reader) {
    State state;
    state.code = fold_code(reader.code("code")).value_or("");
    state.name = reader.text("name", {1, 200});
    state.colour = reader.optional_text("colour", {1, 20}).value_or("#7d8590");
    if (!is_colour(state.colour)) reader.add_error("colour", "must be a colour like #3f7fd0");
    const auto category =
        reader.optional_choice("category", {"todo", "active", "review", "done", "blocked", "retired"});
    if (!category && !reader.failed()) reader.add_error("category", "is required");
    state.category = category.value_or("");
    state.is_retake = reader.optional_boolean("is_retake").value_or(false);
    return state;
}

Move read_move(json::Reader& reader, std::string_view kind) {
    Move move;
    move.from = read_code(reader, "from");
    move.to = read_code(reader, "to");
    move.name = reader.text("name", {1, 200});
    move.permission = reader.optional_text("permission", {1, 64}).value_or(std::string(kind) + ":transition");
    Rules rules;
    read_rules(reader, kind, rules);
    move.guards.text = rules.guards;
    move.effects.text = rules.effects;
    return move;
}

template <class Read>
void read_list(json::Reader& reader, std::string_view key, std::size_t most, Read read) {
    const auto* items = reader.array(key, most, true);
    for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
        json::Reader nested((*items)[i], "/" + std::string(key) + "/" + std::to_string(i));
        read(nested);
        reader.merge(nested);
    }
}

void read_map(json::Reader& reader, Request& request) {
    const auto* value = reader.member("map");
    if (value == nullptr || value->is_null()) return;
    const auto* object = value->if_object();
    bool sound = object != nullptr;
    for (std::size_t i = 0; sound && i < object->size(); ++i) {
        const auto& member = *(object->begin() + static_cast<std::ptrdiff_t>(i));
        const auto* to = member.value().if_string();
        sound = to != nullptr && to->size() <= 64;
        if (sound) request.map.emplace(std::string(member.key()), std::string(*to));
    }
    if (!sound) reader.add_error("map", "must be an object: for each old state the new one");
}

void read_body(json::Reader& reader, Request& request) {
    Workflow& workflow = request.workflow;
    workflow.code = fold_code(reader.code("code")).value_or("");
    workflow.name = reader.text("name", {1, 200});
    workflow.initial_state = read_code(reader, "initial_state");
    read_list(reader, "states", kMostStates,
              [&](json::Reader& nested) { workflow.states.push_back(read_state(nested)); });
    read_list(reader, "transitions", kMostMoves, [&](json::Reader& nested) {
        workflow.transitions.push_back(read_move(nested, workflow.entity_kind));
    });
    read_map(reader, request);
    request.dry_run = reader.optional_boolean("dry_run").value_or(false);
}

/// After everything could be read.
Result<> refuse_faults(const Workflow& workflow) {
    Error error{Errc::invalid, "The workflow can't work."};
    error.fields = find_faults(workflow);
    if (error.fields.empty()) return {};
    return error;
}

/// What only the database can tell of the effects.
Result<> refuse_effects(database::Tx& tx, const Workflow& workflow) {
    Error error{Errc::invalid, "What follows from a transition can't be done."};
    for (std::size_t i = 0; i < workflow.transitions.size(); ++i) {
        const auto& text = workflow.transitions[i].effects.text;
        if (text == "[]") continue;
        const auto effects = boost::json::parse(text);
        for (std::size_t j = 0; j < effects.as_array().size(); ++j)
            BIFROST_CHECK(check_effect(tx, workflow.project_id, effects.as_array()[j].as_object(),
                                       "/transitions/" + std::to_string(i) + "/effects/" + std::to_string(j),
                                       error.fields));
    }
    if (error.fields.empty()) return {};
    return error;
}

/// The kind and the types, of new workflows only.
Result<> read_scope(access::Call& call, json::Reader& reader, Workflow& workflow) {
    workflow.entity_kind =
        reader.optional_choice("entity_kind", {"asset", "shot", "task", "version"}).value_or("");
    if (workflow.entity_kind.empty() && !reader.failed()) reader.add_error("entity_kind", "is required");
    if (const auto type = reader.optional_code("asset_type")) {
        if (workflow.entity_kind != "asset") reader.add_error("asset_type", "is for workflows of assets");
        auto found = asset::get_asset_type(call.tx, workflow.project_id.value_or(Id{}), *type);
        if (found)
            workflow.asset_type = found->code;
        else
            reader.add_error("asset_type", "is no type that can be used here");
    }
    if (const auto type = reader.optional_code("task_type")) {
        if (workflow.entity_kind != "task") reader.add_error("task_type", "is for workflows of tasks");
        BIFROST_ASSIGN(const auto types, task::usable_types(call.tx, workflow.project_id.value_or(Id{})));
        workflow.task_type = fold_code(*type);
        if (std::none_of(types.begin(), types.end(),
                         [&](const auto& one) { return one.code == workflow.task_type; }))
            reader.add_error("task_type", "is no task type that can be used here");
    }
    return {};
}

Result<> require_manage(const access::Actor& actor, const Workflow& workflow) {
    if (workflow.project_id)
        return actor.require(Permission::workflow_manage, *workflow.project_id, "workflow");
    return actor.require_site(Permission::workflow_manage);
}

/// The workflows of the kind, whole, held until the transaction ends.
Result<std::vector<Workflow>> hold_kind(access::Call& call, const std::string& kind) {
    BIFROST_CHECK(project::hold_workflows(call.tx));
    return list_kind(call.tx, kind);
}

Result<> insert_parts(database::Tx& tx, const Workflow& workflow) {
    std::vector<database::Params> states;
    std::vector<database::Params> moves;
    for (const auto& state : workflow.states)
        states.push_back(database::make_params(workflow.id, state.code, state.name, state.colour,
                                               state.category, states.size() + 1, state.is_retake));
    for (const auto& move : workflow.transitions)
        moves.push_back(database::make_params(workflow.id, move.from, move.to, move.name, move.permission,
                                              moves.size() + 1, move.guards, move.effects));
    BIFROST_CHECK(tx.execute_many(sql::insert_state, states));
    if (!moves.empty()) BIFROST_CHECK(tx.execute_many(sql::insert_move, moves));
    return {};
}

Result<> refuse_twins(const Workflow& workflow, const std::vector<Workflow>& others) {
    for (const auto& other : others) {
        if (other.id == workflow.id || other.project_id != workflow.project_id) continue;
        if (other.asset_type == workflow.asset_type && other.task_type == workflow.task_type)
            return Error{Errc::conflict, "There is a workflow for the same kind and type, '" + other.code +
                                             "': change that one."};
        if (other.code == workflow.code)
            return Error{Errc::conflict, "There is a workflow with the code '" + other.code + "' already."};
    }
    return {};
}

void add_event(access::Call& call, std::string action, const Workflow& workflow, std::string_view before,
               std::string_view after) {
    call.changes.add({std::move(action), workflow.project_id, "workflow", workflow.id,
                      events::make_patch(before, after, {"revision"})});
}

std::vector<Moved> summed(const std::vector<Remap>& plan) {
    std::vector<Moved> moved;
    for (const auto& one : plan) {
        const auto found = std::find_if(moved.begin(), moved.end(), [&](const auto& other) {
            return other.from == one.from && other.to == one.to->code;
        });
        if (found == moved.end())
            moved.push_back({one.from, one.to->code, one.count});
        else
            found->count += one.count;
    }
    return moved;
}

} // namespace

Result<SavedWorkflow> create_workflow(access::Call& call, const boost::json::value& body) {
    json::Reader reader(body);
    Request request;
    Workflow& workflow = request.workflow;
    if (const auto project = reader.optional_text("project_id", {1, 64})) {
        BIFROST_ASSIGN(const auto found, project::get_project(call.tx, call.actor, *project));
        workflow.project_id = found.id;
    }
    BIFROST_CHECK(require_manage(call.actor, workflow));
    BIFROST_CHECK(read_scope(call, reader, workflow));
    read_body(reader, request);
    BIFROST_CHECK(reader.finish());
    BIFROST_CHECK(refuse_faults(workflow));
    BIFROST_CHECK(refuse_effects(call.tx, workflow));
    BIFROST_ASSIGN(auto all, hold_kind(call, workflow.entity_kind));
    workflow.id = Id::make();
    BIFROST_CHECK(refuse_twins(workflow, all));
    all.push_back(workflow);
    BIFROST_ASSIGN(const auto plan, plan_remap(call.tx, workflow.entity_kind, all, request.map));
    SavedWorkflow saved{workflow, summed(plan), request.dry_run};
    if (request.dry_run) return saved;
    BIFROST_CHECK(call.tx.execute(sql::insert_workflow, workflow.id, workflow.project_id, workflow.code,
                                  workflow.name, workflow.entity_kind, workflow.asset_type,
                                  workflow.task_type, workflow.initial_state));
    BIFROST_CHECK(insert_parts(call.tx, workflow));
    add_event(call, "workflow.created", workflow, "", json::to_json(workflow));
    BIFROST_CHECK(run_remap(call, workflow.entity_kind, plan));
    return saved;
}

Result<SavedWorkflow> replace_workflow(access::Call& call, const Id& id, const boost::json::value& body,
                                       std::int64_t if_revision) {
    BIFROST_ASSIGN(const Workflow seen, get_workflow(call.tx, call.actor, id));
    BIFROST_CHECK(require_manage(call.actor, seen));
    BIFROST_ASSIGN(auto all, hold_kind(call, seen.entity_kind));
    const auto place = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.id == id; });
    if (place == all.end()) return Error{Errc::not_found, "There is no such workflow."};
    if (place->revision != if_revision)
        return Error{Errc::stale_revision, "The workflow was changed by someone else: it is at revision " +
                                               std::to_string(place->revision) + ". Read it again."};
    Request request;
    Workflow& workflow = request.workflow;
    workflow = *place;
    workflow.states.clear();
    workflow.transitions.clear();
    json::Reader reader(body);
    read_body(reader, request);
    BIFROST_CHECK(reader.finish());
    BIFROST_CHECK(refuse_faults(workflow));
    BIFROST_CHECK(refuse_effects(call.tx, workflow));
    BIFROST_CHECK(refuse_twins(workflow, all));
    const std::string before = json::to_json(*place);
    *place = workflow;
    BIFROST_ASSIGN(const auto plan, plan_remap(call.tx, workflow.entity_kind, all, request.map));
    SavedWorkflow saved{workflow, summed(plan), request.dry_run};
    if (request.dry_run || json::to_json(workflow) == before) return saved;
    saved.workflow.revision = workflow.revision = if_revision + 1;
    BIFROST_CHECK(call.tx.execute(sql::update_workflow, id, workflow.code, workflow.name,
                                  workflow.initial_state, workflow.revision));
    BIFROST_CHECK(call.tx.execute(sql::delete_moves, id));
    BIFROST_CHECK(call.tx.execute(sql::delete_states, id));
    BIFROST_CHECK(insert_parts(call.tx, workflow));
    add_event(call, "workflow.updated", workflow, before, json::to_json(workflow));
    BIFROST_CHECK(run_remap(call, workflow.entity_kind, plan));
    return saved;
}

Result<> delete_workflow(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const Workflow seen, get_workflow(call.tx, call.actor, id));
    BIFROST_CHECK(require_manage(call.actor, seen));
    BIFROST_ASSIGN(auto all, hold_kind(call, seen.entity_kind));
    const auto place = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.id == id; });
    if (place == all.end()) return Error{Errc::not_found, "There is no such workflow."};
    if (if_revision && place->revision != *if_revision)
        return Error{Errc::stale_revision, "The workflow was changed by someone else: read it again."};
    if (!place->project_id && !place->asset_type && !place->task_type)
        return Error{Errc::conflict, "The site's workflow for all " + place->entity_kind +
                                         "s stays: everything that has no other goes by it."};
    const Workflow workflow = *place;
    all.erase(place);
    BIFROST_CHECK(plan_remap(call.tx, workflow.entity_kind, all, {}));
    BIFROST_CHECK(call.tx.execute(sql::delete_moves, id));
    BIFROST_CHECK(call.tx.execute(sql::delete_states, id));
    BIFROST_CHECK(call.tx.execute(sql::delete_workflow, id));
    add_event(call, "workflow.deleted", workflow, json::to_json(workflow), "{}");
    return {};
}

} // namespace bifrost::workflow
