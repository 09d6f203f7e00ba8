#include "services/workflow/move.hpp"

#include "core/json_reader.hpp"
#include "services/workflow/workflow.sql.hpp"

namespace bifrost::workflow {

Result<std::vector<Reachable>> list_reachable(database::Tx& tx, std::string_view kind, const Id& project_id,
                                              const std::optional<std::string>& type,
                                              std::string_view status) {
    const std::optional<std::string> none;
    BIFROST_ASSIGN(const auto rows,
                   tx.query(sql::list_moves_from, kind, project_id, kind == "asset" ? type : none, status,
                            kind == "task" ? type : none));
    std::vector<Reachable> states;
    for (const auto row : rows) states.push_back(row.as<Reachable>());
    return states;
}

bool may_move(const access::Actor& actor, const Id& project_id, const Reachable& state) {
    if (!state.permission) return false;
    const auto permission = access::parse_permission(*state.permission);
    return permission && actor.may(*permission, project_id);
}

std::vector<std::string> open_states(const access::Actor& actor, const Id& project_id,
                                     const std::vector<Reachable>& states) {
    std::vector<std::string> open;
    for (const auto& state : states)
        if (may_move(actor, project_id, state)) open.push_back(state.code);
    return open;
}

std::string why_not(const Reachable& state) {
    return "It takes the permission " + state.permission.value_or("") + ".";
}

Result<> check_move(const access::Actor& actor, const Id& project_id, const std::vector<Reachable>& states,
                    std::string_view kind, std::string_view status, std::string_view to) {
    const Reachable* wanted = nullptr;
    std::string known;
    for (const auto& state : states) {
        known += (known.empty() ? "" : ", ") + state.code;
        if (state.code == to) wanted = &state;
    }
    if (wanted == nullptr) return invalid_field("/to", "is no state of the workflow; they are " + known);
    const std::string open = json::to_json(open_states(actor, project_id, states));
    if (!wanted->permission)
        return Error{Errc::conflict, "The " + std::string(kind) + " is in the state '" + std::string(status) +
                                         "', from which '" + std::string(to) + "' is not reached directly."}
            .with("open", open);
    if (!may_move(actor, project_id, *wanted))
        return Error{Errc::forbidden, "You may not make this move. " + why_not(*wanted)}.with("open", open);
    return {};
}

Closing closing_after(const Closing& before, const Reachable& state, Timestamp now) {
    Closing after;
    after.retakes = before.retakes + (state.is_retake ? 1 : 0);
    if (state.is_closed()) after.closed_at = before.closed_at ? before.closed_at : now;
    return after;
}

std::string patch_of_move(std::string_view from, const MoveRequest& move, const Closing& before,
                          const Closing& after) {
    boost::json::object old_values{{"status", from}};
    boost::json::object new_values{{"status", move.to}};
    if (move.comment && !move.comment->empty()) new_values["comment"] = *move.comment;
    if (before.retakes != after.retakes) {
        old_values["retakes"] = before.retakes;
        new_values["retakes"] = after.retakes;
    }
    if (before.closed_at != after.closed_at) {
        const auto value = [](const std::optional<Timestamp>& at) {
            return at ? boost::json::value(at->text()) : boost::json::value(nullptr);
        };
        old_values["closed_at"] = value(before.closed_at);
        new_values["closed_at"] = value(after.closed_at);
    }
    return json::canonical(
        boost::json::object{{"before", std::move(old_values)}, {"after", std::move(new_values)}});
}

} // namespace bifrost::workflow
