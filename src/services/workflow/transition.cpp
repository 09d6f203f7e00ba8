// Moves along a workflow.

#include <algorithm>

#include "core/json_reader.hpp"
#include "services/project/workflow_lock.hpp"
#include "services/workflow/guard.hpp"
#include "services/workflow/move.hpp"
#include "services/workflow/workflow.hpp"
#include "services/workflow/workflow.sql.hpp"

namespace bifrost::workflow {
namespace {

/// What a workflow needs to know of what moves.
struct Subject {
    Id project_id;
    std::string status;
    std::optional<std::string> type;
    std::string state;
    std::optional<Id> author_id;
    std::int64_t retakes = 0; ///< of tasks
    std::optional<Timestamp> closed_at;
};
BOOST_DESCRIBE_STRUCT(Subject, (), (project_id, status, type, state, author_id, retakes, closed_at))

Result<Subject> get_subject(database::Tx& tx, const access::Actor& actor, std::string_view kind, const Id& id,
                            const database::Query& query) {
    BIFROST_ASSIGN(const auto rows, tx.query(query, id));
    const Error missing{Errc::not_found, "There is no such " + std::string(kind) + "."};
    if (rows.empty()) return missing;
    Subject subject = rows[0].as<Subject>();
    BIFROST_CHECK(actor.require(access::Permission::project_read, subject.project_id, kind));
    // A draft is its author's alone.
    if (subject.state != "published" && subject.author_id != actor.user_id && !actor.is_administrator())
        return missing;
    return subject;
}

/// The statements of a kind.
struct Statements {
    const database::Query& find;
    const database::Query& lock;
    const database::Query& set_status;
};

Statements statements_of(std::string_view kind) {
    if (kind == "asset") return {sql::find_asset_subject, sql::lock_asset_subject, sql::set_asset_status};
    if (kind == "shot") return {sql::find_shot_subject, sql::lock_shot_subject, sql::set_shot_status};
    if (kind == "task") return {sql::find_task_subject, sql::lock_task_subject, sql::set_task_status};
    return {sql::find_version_subject, sql::lock_version_subject, sql::set_version_status};
}

/// The state that the move leads to, when it is open; else what check_move says, with what is open now.
Result<const Reachable*> check_guarded(access::Call& call, const Mover& mover,
                                       const std::vector<Reachable>& states, std::string_view status,
                                       const MoveRequest& move) {
    const auto target =
        std::find_if(states.begin(), states.end(), [&](const auto& state) { return state.code == move.to; });
    auto checked = check_move(call.actor, mover.project_id, states, mover.kind, status, move.to);
    Error error;
    if (checked) {
        const bool has_comment = move.comment && !move.comment->empty();
        BIFROST_ASSIGN(const auto refusal, refused_by(call.tx, call.actor, mover, *target, has_comment));
        if (!refusal) return &*target;
        error = Error{Errc::conflict,
                      "The " + mover.kind + " can't be moved to '" + move.to + "' yet. " + *refusal};
    } else {
        error = std::move(checked).error();
    }
    if (error.code == Errc::invalid) return error;
    BIFROST_ASSIGN(const auto open, open_now(call.tx, call.actor, mover, states));
    error.members = {{"open", json::to_json(open)}};
    return error;
}

Result<> set_status(access::Call& call, const Statements& statements, const Subject& subject,
                    const Mover& mover, const Reachable& target, const MoveRequest& move) {
    const Closing before{subject.retakes, subject.closed_at};
    Closing after = before;
    if (mover.kind == "task") {
        const auto now = Timestamp::now();
        after = closing_after(before, target, now);
        BIFROST_CHECK(call.tx.defer(statements.set_status, mover.id, move.to, after.retakes - before.retakes,
                                    after.closed_at));
    } else {
        BIFROST_CHECK(call.tx.defer(statements.set_status, mover.id, move.to));
    }
    call.changes.add({mover.kind + ".transitioned", mover.project_id, mover.kind, mover.id,
                      patch_of_move(subject.status, move, before, after)});
    return {};
}

} // namespace

Result<Transitions> list_transitions(database::Tx& tx, const access::Actor& actor, std::string_view kind,
                                     const Id& id) {
    BIFROST_ASSIGN(const Subject subject, get_subject(tx, actor, kind, id, statements_of(kind).find));
    BIFROST_ASSIGN(const auto states,
                   list_reachable(tx, kind, subject.project_id, subject.type, subject.status));
    const Mover mover{id, subject.project_id, std::string(kind)};
    Transitions transitions{subject.status, {}};
    for (const auto& state : states) {
        if (!state.permission) continue;
        Transition move{
            state.code, state.move.value_or(state.name), may_move(actor, subject.project_id, state), {}};
        if (subject.state != "published") {
            move.open = false;
            move.why_not = "The version has not been published.";
        } else if (!move.open) {
            move.why_not = why_not(state);
        } else {
            BIFROST_ASSIGN(move.why_not, refused_by(tx, actor, mover, state, true));
            move.open = !move.why_not;
        }
        transitions.data.push_back(std::move(move));
    }
    return transitions;
}

Result<project::Entity> transition(access::Call& call, std::string_view kind, const Id& id,
                                   const boost::json::value& body, std::optional<std::int64_t> if_revision) {
    const Statements statements = statements_of(kind);
    BIFROST_CHECK(project::share_workflows(call.tx));
    BIFROST_ASSIGN(const Subject subject, get_subject(call.tx, call.actor, kind, id, statements.lock));
    json::Reader reader(body);
    const MoveRequest move{reader.text("to", {1, 64}), reader.optional_text("comment", {0, 20'000, true})};
    BIFROST_CHECK(reader.finish());
    if (subject.state != "published")
        return Error{Errc::conflict, "Only published versions move along the workflow: publish it first."}
            .with("open", "[]");
    BIFROST_ASSIGN(const auto states,
                   list_reachable(call.tx, kind, subject.project_id, subject.type, subject.status));
    project::EntityChange change;
    change.if_revision = if_revision;
    BIFROST_ASSIGN(project::Entity entity, project::touch_entity(call, id, change));
    const Mover mover{id, subject.project_id, std::string(kind)};
    BIFROST_ASSIGN(const Reachable* target, check_guarded(call, mover, states, subject.status, move));
    BIFROST_CHECK(set_status(call, statements, subject, mover, *target, move));
    BIFROST_CHECK(run_effects(call, mover, *target));
    return entity;
}

} // namespace bifrost::workflow
