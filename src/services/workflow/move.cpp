#include "services/workflow/move.hpp"

#include "core/json_reader.hpp"
#include "services/workflow/workflow.sql.hpp"

namespace bifrost::workflow {

Result<std::vector<Reachable>> list_reachable(database::Tx& tx, std::string_view kind, const Id& project_id,
                                              const std::optional<std::string>& type,
                                              std::string_view status) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_moves_from, kind, project_id, type, status));
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

std::string patch_of_move(std::string_view from, const MoveRequest& move) {
    boost::json::object after{{"status", move.to}};
    if (move.comment && !move.comment->empty()) after["comment"] = *move.comment;
    return json::canonical(
        boost::json::object{{"before", boost::json::object{{"status", from}}}, {"after", std::move(after)}});
}

} // namespace bifrost::workflow
