// What follows from a move.

#include <algorithm>

#include <boost/json/parse.hpp>

#include "services/task/task.hpp"
#include "services/workflow/bulk.sql.hpp"
#include "services/workflow/guard.hpp"
#include "services/workflow/workflow.hpp"
#include "services/workflow/workflow.sql.hpp"

namespace bifrost::workflow {
namespace {

Result<> create_tasks(access::Call& call, const Mover& mover, const boost::json::object& effect) {
    Id place = mover.id;
    if (mover.kind == "task") {
        BIFROST_ASSIGN(const auto rows, call.tx.query(sql::find_task_owner, mover.id));
        if (rows.empty()) return {};
        place = rows[0].id(0);
    }
    BIFROST_ASSIGN(const auto entity, project::find_entity(call.tx, place));
    if (!entity) return {};
    for (const auto& type : effect.at("task_types").as_array())
        BIFROST_CHECK(task::ensure_task(call, *entity, std::string_view(type.as_string())));
    return {};
}

Result<> set_metadata(access::Call& call, const Mover& mover, const boost::json::object& effect) {
    BIFROST_ASSIGN(const auto entity, project::find_entity(call.tx, mover.id));
    if (!entity) return {};
    const json::Raw before{json::canonical(boost::json::parse(entity->metadata.text))};
    const json::Raw after = json::merge_patch(before, effect.at("metadata"));
    if (after == before) return {};
    BIFROST_CHECK(call.tx.execute(sql::set_metadata, mover.id, after));
    const auto wrap = [](const json::Raw& metadata) { return "{\"metadata\":" + metadata.text + "}"; };
    call.changes.add({mover.kind + ".updated", mover.project_id, mover.kind, mover.id,
                      events::make_patch(wrap(before), wrap(after))});
    return {};
}

/// An event that those who tell people listen to.
Result<> notify(access::Call& call, const Mover& mover, const boost::json::object& effect) {
    std::vector<Id> users;
    for (const auto& who : effect.at("who").as_array()) {
        const bool creator = std::string_view(who.as_string()) == "creator";
        BIFROST_ASSIGN(const auto rows,
                       call.tx.query(creator ? sql::find_creator : sql::list_assignee_ids, mover.id));
        for (const auto row : rows)
            if (!row.is_null(0)) users.push_back(row.id(0));
    }
    if (users.empty()) return {};
    call.changes.add({mover.kind + ".notified", mover.project_id, mover.kind, mover.id,
                      "{\"after\":{\"users\":" + json::to_json(users) + "},\"before\":{}}"});
    return {};
}

Result<> move_dependents(access::Call& call, const Mover& mover, const boost::json::object& effect) {
    if (mover.kind != "task") return {};
    const std::string from(std::string_view(effect.at("from").as_string()));
    const MoveRequest move{std::string(std::string_view(effect.at("to").as_string())), std::nullopt};
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::lock_free_dependents, mover.id, from));
    const auto now = Timestamp::now();
    for (const auto row : rows) {
        const Id id = row.id(0);
        // Its type may have another workflow, without such a move.
        BIFROST_ASSIGN(const auto states,
                       list_reachable(call.tx, "task", mover.project_id, std::string(row.text(1)), from));
        const bool leads = std::any_of(states.begin(), states.end(), [&](const auto& state) {
            return state.code == move.to && state.permission && !state.is_closed();
        });
        if (!leads) continue;
        BIFROST_CHECK(call.tx.execute(sql::raise_revision, id, now, std::optional<Id>{}));
        BIFROST_CHECK(call.tx.execute(sql::set_task_status, id, move.to, 0, std::optional<Timestamp>{}));
        call.changes.add({"task.transitioned", mover.project_id, "task", id, patch_of_move(from, move)});
    }
    return {};
}

} // namespace

Result<> run_effects(access::Call& call, const Mover& mover, const Reachable& state) {
    if (!state.effects || *state.effects == "[]") return {};
    const auto effects = boost::json::parse(*state.effects);
    for (const auto& item : effects.as_array()) {
        const auto& effect = item.as_object();
        const std::string_view kind = effect.at("kind").as_string();
        if (kind == "create_tasks") BIFROST_CHECK(create_tasks(call, mover, effect));
        if (kind == "set_metadata") BIFROST_CHECK(set_metadata(call, mover, effect));
        if (kind == "notify") BIFROST_CHECK(notify(call, mover, effect));
        if (kind == "move_dependents") BIFROST_CHECK(move_dependents(call, mover, effect));
    }
    return {};
}

} // namespace bifrost::workflow
