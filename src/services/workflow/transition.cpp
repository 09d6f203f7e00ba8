// Moves along a workflow.

#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "services/workflow/workflow.hpp"
#include "services/workflow/workflow.sql.hpp"

namespace bifrost::workflow {
namespace {

/// What a workflow needs to know of an asset or a version.
struct Subject {
    Id project_id;
    std::string status;
    std::optional<std::string> type;
    std::string state;
    std::optional<Id> author_id;
};
BOOST_DESCRIBE_STRUCT(Subject, (), (project_id, status, type, state, author_id))

/// A state of the workflow; with a permission when there is a move to it.
struct Reachable {
    std::string code;
    std::string name;
    std::optional<std::string> move;
    std::optional<std::string> permission;
};
BOOST_DESCRIBE_STRUCT(Reachable, (), (code, name, move, permission))

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

Result<std::vector<Reachable>> list_reachable(database::Tx& tx, std::string_view kind,
                                              const Subject& subject) {
    BIFROST_ASSIGN(const auto rows,
                   tx.query(sql::list_moves_from, kind, subject.project_id, subject.type, subject.status));
    std::vector<Reachable> states;
    for (const auto row : rows) states.push_back(row.as<Reachable>());
    return states;
}

bool may_move(const access::Actor& actor, const Subject& subject, const Reachable& state) {
    if (!state.permission) return false;
    const auto permission = access::parse_permission(*state.permission);
    return permission && actor.may(*permission, subject.project_id);
}

std::string open_states(const access::Actor& actor, const Subject& subject,
                        const std::vector<Reachable>& states) {
    std::vector<std::string> open;
    for (const auto& state : states)
        if (may_move(actor, subject, state)) open.push_back(state.code);
    return json::to_json(open);
}

std::string why_not(const Reachable& state) {
    return "It takes the permission " + state.permission.value_or("") + ".";
}

Result<> check_move(const access::Actor& actor, const Subject& subject, const std::vector<Reachable>& states,
                    std::string_view kind, const std::string& to) {
    const Reachable* wanted = nullptr;
    std::string known;
    for (const auto& state : states) {
        known += (known.empty() ? "" : ", ") + state.code;
        if (state.code == to) wanted = &state;
    }
    if (wanted == nullptr) return invalid_field("/to", "is no state of the workflow; they are " + known);
    if (!wanted->permission)
        return Error{Errc::conflict, "The " + std::string(kind) + " is in the state '" + subject.status +
                                         "', from which '" + to + "' is not reached directly."}
            .with("open", open_states(actor, subject, states));
    if (!may_move(actor, subject, *wanted))
        return Error{Errc::forbidden, "You may not make this move. " + why_not(*wanted)}.with(
            "open", open_states(actor, subject, states));
    return {};
}

std::string patch_of(const std::string& from, const std::string& to,
                     const std::optional<std::string>& comment) {
    boost::json::object after{{"status", to}};
    if (comment && !comment->empty()) after["comment"] = *comment;
    return json::canonical(
        boost::json::object{{"before", boost::json::object{{"status", from}}}, {"after", std::move(after)}});
}

} // namespace

Result<Transitions> list_transitions(database::Tx& tx, const access::Actor& actor, std::string_view kind,
                                     const Id& id) {
    const bool asset = kind == "asset";
    BIFROST_ASSIGN(
        const Subject subject,
        get_subject(tx, actor, kind, id, asset ? sql::find_asset_subject : sql::find_version_subject));
    BIFROST_ASSIGN(const auto states, list_reachable(tx, kind, subject));
    Transitions transitions{subject.status, {}};
    for (const auto& state : states) {
        if (!state.permission) continue;
        Transition move{state.code, state.move.value_or(state.name), may_move(actor, subject, state), {}};
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
    const bool asset = kind == "asset";
    BIFROST_ASSIGN(const Subject subject,
                   get_subject(call.tx, call.actor, kind, id,
                               asset ? sql::lock_asset_subject : sql::lock_version_subject));
    json::Reader reader(body);
    const std::string to = reader.text("to", {1, 64});
    const auto comment = reader.optional_text("comment", {0, 20'000, true});
    BIFROST_CHECK(reader.finish());
    if (subject.state != "published")
        return Error{Errc::conflict, "Only published versions move along the workflow: publish it first."}
            .with("open", "[]");
    BIFROST_ASSIGN(const auto states, list_reachable(call.tx, kind, subject));
    project::EntityChange change;
    change.if_revision = if_revision;
    BIFROST_ASSIGN(project::Entity entity, project::touch_entity(call, id, change));
    BIFROST_CHECK(check_move(call.actor, subject, states, kind, to));
    BIFROST_CHECK(call.tx.defer(asset ? sql::set_asset_status : sql::set_version_status, id, to));
    call.changes.add({std::string(kind) + ".transitioned", subject.project_id, std::string(kind), id,
                      patch_of(subject.status, to, comment)});
    return entity;
}

} // namespace bifrost::workflow
