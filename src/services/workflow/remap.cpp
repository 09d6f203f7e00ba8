#include "services/workflow/remap.hpp"

#include <algorithm>
#include <tuple>

#include "services/workflow/bulk.sql.hpp"
#include "services/workflow/move.hpp"
#include "services/workflow/workflow.sql.hpp"

namespace bifrost::workflow {
namespace {

/// The statements of a kind.
struct Statements {
    const database::Query& count;
    const database::Query& lock;
    const database::Query& set;
};

Statements statements_of(std::string_view kind) {
    if (kind == "asset") return {sql::count_asset_states, sql::lock_assets_in_state, sql::set_asset_statuses};
    if (kind == "shot") return {sql::count_shot_states, sql::lock_shots_in_state, sql::set_shot_statuses};
    if (kind == "task") return {sql::count_task_states, sql::lock_tasks_in_state, sql::set_task_statuses};
    return {sql::count_version_states, sql::lock_versions_in_state, sql::set_version_statuses};
}

const State* find_state(const Workflow& workflow, std::string_view code) {
    for (const auto& state : workflow.states)
        if (state.code == code) return &state;
    return nullptr;
}

bool is_end(const State& state) { return state.category == "done" || state.category == "retired"; }

} // namespace

const Workflow* find_applied(const std::vector<Workflow>& workflows, const Id& project_id,
                             const std::optional<std::string>& type) {
    const Workflow* best = nullptr;
    const auto rank = [](const Workflow& one) {
        return std::make_tuple(!one.project_id, !one.asset_type && !one.task_type, one.id.text());
    };
    for (const auto& one : workflows) {
        const auto& wanted = one.entity_kind == "task" ? one.task_type : one.asset_type;
        if ((one.project_id && *one.project_id != project_id) || (wanted && wanted != type)) continue;
        if (best == nullptr || rank(one) < rank(*best)) best = &one;
    }
    return best;
}

Result<std::vector<Remap>> plan_remap(database::Tx& tx, std::string_view kind,
                                      const std::vector<Workflow>& workflows,
                                      const std::map<std::string, std::string>& map) {
    BIFROST_ASSIGN(const auto rows, tx.query(statements_of(kind).count));
    std::vector<Remap> plan;
    std::map<std::string, std::int64_t> unmapped;
    for (const auto row : rows) {
        Remap one{row.id(0), row.get<std::optional<std::string>>(1), std::string(row.text(2)), nullptr,
                  row.integer(3)};
        const Workflow* applied = find_applied(workflows, one.project_id, one.type);
        if (applied != nullptr && find_state(*applied, one.from) != nullptr) continue;
        const auto to = map.find(one.from);
        if (applied != nullptr && to != map.end()) one.to = find_state(*applied, to->second);
        if (one.to == nullptr)
            unmapped[one.from] += one.count;
        else
            plan.push_back(std::move(one));
    }
    if (unmapped.empty()) return plan;
    std::string list = "[";
    for (const auto& [status, count] : unmapped) {
        if (list.size() > 1) list += ',';
        json::ObjectWriter(list).member("status", status).member("count", count);
    }
    return Error{Errc::conflict,
                 "States are in use that would not be there any more; say in `map` to which state "
                 "each of them goes."}
        .with("unmapped", list + "]");
}

Result<> run_remap(access::Call& call, std::string_view kind, const std::vector<Remap>& plan) {
    const auto now = Timestamp::now();
    const auto actor = call.actor.user_id.is_nil() ? std::nullopt : std::optional(call.actor.user_id);
    const Statements statements = statements_of(kind);
    for (const auto& one : plan) {
        BIFROST_ASSIGN(const auto rows, call.tx.query(statements.lock, one.project_id, one.type, one.from));
        std::vector<Id> ids;
        const MoveRequest move{one.to->code, "The workflow was changed."};
        for (const auto row : rows) {
            ids.push_back(row.id(0));
            call.changes.add({std::string(kind) + ".transitioned", one.project_id, std::string(kind),
                              row.id(0), patch_of_move(one.from, move)});
        }
        const std::string list = json::to_json(ids);
        BIFROST_CHECK(call.tx.execute(sql::raise_revisions, list, now, actor));
        if (kind == "task") {
            const auto closed_at = is_end(*one.to) ? std::optional(now) : std::nullopt;
            BIFROST_CHECK(call.tx.execute(statements.set, list, one.to->code, 0, closed_at));
        } else {
            BIFROST_CHECK(call.tx.execute(statements.set, list, one.to->code));
        }
    }
    return {};
}

} // namespace bifrost::workflow
