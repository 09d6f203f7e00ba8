#pragma once
// What has to be so before a move, and what follows from it. Both are data of a transition: JSON lists of
// objects with a `kind`.

#include <optional>
#include <string>

#include "access/call.hpp"
#include "core/json_reader.hpp"
#include "services/workflow/move.hpp"

namespace bifrost::workflow {

/// What moves.
struct Mover {
    Id id;
    Id project_id;
    std::string kind;
};

/// Guards: {kind: comment} · {kind: assignee} · {kind: roles, roles} · {kind: fields_set, fields} · {kind:
/// tasks_done, task_types?} · {kind: dependencies_done} (of tasks) · {kind: published, products?} · {kind:
/// dependencies_published} (of versions). The first that refuses says why; nothing when all let pass.
Result<std::optional<std::string>> refused_by(database::Tx& tx, const access::Actor& actor,
                                              const Mover& mover, const Reachable& state, bool has_comment);

/// The states that the actor may move to now, guards included; a comment could be given.
Result<std::vector<std::string>> open_now(database::Tx& tx, const access::Actor& actor, const Mover& mover,
                                          const std::vector<Reachable>& states);

/// Effects: {kind: create_tasks, task_types} · {kind: set_fields, fields} · {kind: set_metadata, metadata} ·
/// {kind: notify, who?: [assignees, creator], users?: [code], text?} · {kind: run_job, job: previews |
/// folder_scan} · {kind: webhook, webhook: id} · {kind: move_dependents, from, to} (tasks that waited for
/// this one only). Run in the move's transaction, whoever moved; their events join its change set.
Result<> run_effects(access::Call& call, const Mover& mover, const Reachable& state);
/// One of them, by the call's actor; conflict when its fields can't be set on this entity.
Result<> run_effect(access::Call& call, const Mover& mover, const boost::json::object& effect);
/// Reads one of them; invalid below the reader's pointer. `entity_kind` may be "project" for what is about no
/// entity.
void read_effect(json::Reader& rule, std::string_view entity_kind, boost::json::object& out);
/// What is wrong with an effect that the database alone can tell: task types and webhooks that can't be used
/// in the project (nothing: on the whole site). Below `pointer`.
Result<> check_effect(database::Tx& tx, const std::optional<Id>& project_id,
                      const boost::json::object& effect, const std::string& pointer,
                      std::vector<FieldError>& errors);

/// invalid below `pointer` when the lists hold something else. The lists as canonical JSON.
struct Rules {
    std::string guards = "[]";
    std::string effects = "[]";
};
void read_rules(json::Reader& transition, std::string_view kind, Rules& rules);

} // namespace bifrost::workflow
