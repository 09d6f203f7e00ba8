#pragma once
// Which moves there are out of a state, and who may make them: shared by single and bulk transitions.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/actor.hpp"
#include "core/result.hpp"
#include "database/database.hpp"

namespace bifrost::workflow {

/// A state of the workflow that applies; with a permission when there is a move to it.
struct Reachable {
    std::string code;
    std::string name;
    std::optional<std::string> move;
    std::optional<std::string> permission;
    std::string category;
    bool is_retake = false;
    std::optional<std::string> guards;  ///< of the move, a JSON list
    std::optional<std::string> effects; ///< of the move, a JSON list

    [[nodiscard]] bool is_closed() const { return category == "done" || category == "retired"; }
    [[nodiscard]] bool is_guarded() const { return guards && *guards != "[]"; }
};
BOOST_DESCRIBE_STRUCT(Reachable, (), (code, name, move, permission, category, is_retake, guards, effects))

/// Every state of the workflow of this kind and type (of assets or tasks) in the project, as seen from
/// `status`.
Result<std::vector<Reachable>> list_reachable(database::Tx& tx, std::string_view kind, const Id& project_id,
                                              const std::optional<std::string>& type,
                                              std::string_view status);

bool may_move(const access::Actor& actor, const Id& project_id, const Reachable& state);
/// The codes of the states that the actor may move to.
std::vector<std::string> open_states(const access::Actor& actor, const Id& project_id,
                                     const std::vector<Reachable>& states);
/// invalid ("/to") for a state that the workflow doesn't have; conflict and forbidden with the member "open".
Result<> check_move(const access::Actor& actor, const Id& project_id, const std::vector<Reachable>& states,
                    std::string_view kind, std::string_view status, std::string_view to);
/// "It takes the permission asset:review."
std::string why_not(const Reachable& state);

/// {to, comment?}
struct MoveRequest {
    std::string to;
    std::optional<std::string> comment;
};
/// What a task counts along with its state.
struct Closing {
    std::int64_t retakes = 0;
    std::optional<Timestamp> closed_at;
};
/// As a task that enters the state counts.
Closing closing_after(const Closing& before, const Reachable& state, Timestamp now);
/// The event's patch: the states and the comment; of tasks what else changes with it.
std::string patch_of_move(std::string_view from, const MoveRequest& move, const Closing& before = {},
                          const Closing& after = {});

} // namespace bifrost::workflow
