#pragma once
// Workflows: the states of assets and versions, and the moves between them. `status` changes here only.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "services/project/entity.hpp"

namespace bifrost::workflow {

struct State {
    std::string code;
    std::string name;
    std::string colour;
    std::string category;   ///< todo, active, review, done, blocked, retired
    bool is_retake = false; ///< a task that enters it is sent back once more
};
BOOST_DESCRIBE_STRUCT(State, (), (code, name, colour, category, is_retake))

struct Move {
    std::string from;
    std::string to;
    std::string name;
    std::string permission;  ///< "asset:review": what it takes
    json::Raw guards{"[]"};  ///< what has to be so; see guard.hpp
    json::Raw effects{"[]"}; ///< what follows
};
BOOST_DESCRIBE_STRUCT(Move, (), (from, to, name, permission, guards, effects))

struct Workflow {
    Id id;
    std::optional<Id> project_id; ///< nothing: the site's
    std::string code;
    std::string name;
    std::string entity_kind;               ///< asset, shot, task, version
    std::optional<std::string> asset_type; ///< nothing: all types
    std::optional<std::string> task_type;
    std::string initial_state;
    std::int64_t revision = 1;
    std::vector<State> states;
    std::vector<Move> transitions;
};
BOOST_DESCRIBE_STRUCT(Workflow, (),
                      (id, project_id, code, name, entity_kind, asset_type, task_type, initial_state,
                       revision, states, transitions))

/// The site's workflows and those of the projects that the actor sees; with `project` (id or code) those that
/// hold in it. `kind` empty: of every kind.
Result<std::vector<Workflow>> list_workflows(database::Tx& tx, const access::Actor& actor,
                                             std::string_view project, std::string_view kind);
Result<Workflow> get_workflow(database::Tx& tx, const access::Actor& actor, const Id& id);
/// All of one kind, whoever may see them; for the room itself.
Result<std::vector<Workflow>> list_kind(database::Tx& tx, std::string_view kind);

/// A move out of the present state, as the actor stands to it.
struct Transition {
    std::string to;
    std::string name;
    bool open = false;
    std::optional<std::string> why_not; ///< a sentence, when it isn't open
};

struct Transitions {
    std::string status; ///< where it is now
    std::vector<Transition> data;
};

/// `kind` is asset, shot, task or version. not_found when it isn't there or may not be seen.
Result<Transitions> list_transitions(database::Tx& tx, const access::Actor& actor, std::string_view kind,
                                     const Id& id);

/// Moves an asset, a shot, a task or a version. `body`: {to, comment?}. invalid when the workflow has no such
/// state; conflict when there is no such move from where it is, forbidden when the actor may not make it:
/// both with the member "open", the states that are open. Only published versions move. Adds
/// "asset.transitioned", "shot.transitioned" … or "version.transitioned", whose patch has the states and the
/// comment.
Result<project::Entity> transition(access::Call& call, std::string_view kind, const Id& id,
                                   const boost::json::value& body, std::optional<std::int64_t> if_revision);

} // namespace bifrost::workflow
