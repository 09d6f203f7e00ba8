// Moves along a workflow.

#include "core/json_reader.hpp"
#include "services/workflow/move.hpp"
#include "services/workflow/workflow.hpp"
#include "services/workflow/workflow.sql.hpp"

namespace bifrost::workflow {
namespace {

/// What a workflow needs to know of an asset, a shot or a version.
struct Subject {
    Id project_id;
    std::string status;
    std::optional<std::string> type;
    std::string state;
    std::optional<Id> author_id;
};
BOOST_DESCRIBE_STRUCT(Subject, (), (project_id, status, type, state, author_id))

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
    return {sql::find_version_subject, sql::lock_version_subject, sql::set_version_status};
}

} // namespace

Result<Transitions> list_transitions(database::Tx& tx, const access::Actor& actor, std::string_view kind,
                                     const Id& id) {
    BIFROST_ASSIGN(const Subject subject, get_subject(tx, actor, kind, id, statements_of(kind).find));
    BIFROST_ASSIGN(const auto states,
                   list_reachable(tx, kind, subject.project_id, subject.type, subject.status));
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
        }
        transitions.data.push_back(std::move(move));
    }
    return transitions;
}

Result<project::Entity> transition(access::Call& call, std::string_view kind, const Id& id,
                                   const boost::json::value& body, std::optional<std::int64_t> if_revision) {
    const Statements statements = statements_of(kind);
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
    BIFROST_CHECK(check_move(call.actor, subject.project_id, states, kind, subject.status, move.to));
    BIFROST_CHECK(call.tx.defer(statements.set_status, id, move.to));
    call.changes.add({std::string(kind) + ".transitioned", subject.project_id, std::string(kind), id,
                      patch_of_move(subject.status, move)});
    return entity;
}

} // namespace bifrost::workflow
