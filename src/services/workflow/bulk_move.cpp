// The same move for many.

#include <algorithm>
#include <utility>

#include "services/project/workflow_lock.hpp"
#include "services/workflow/bulk.sql.hpp"
#include "services/workflow/bulk_change.hpp"
#include "services/workflow/guard.hpp"

namespace bifrost::workflow {
namespace {

struct Subject {
    Id id;
    std::string status;
    std::optional<std::string> type;
    Closing closing;
};

/// The statements of a kind; in which column archived_at stands, and whether a type stands in the fourth.
struct Statements {
    const database::Query& lock;
    const database::Query& set_statuses;
    std::size_t archived_at;
    bool has_type;
};

Statements statements_of(std::string_view kind) {
    if (kind == "asset") return {sql::lock_assets, sql::set_asset_statuses, 9, true};
    if (kind == "shot") return {sql::lock_shots, sql::set_shot_statuses, 5, false};
    if (kind == "task") return {sql::lock_tasks, sql::set_task_statuses, 7, true};
    return {sql::lock_versions, sql::set_version_statuses, 7, false};
}

/// Versions that aren't published don't move, and are their authors' alone.
bool is_draft(BulkWork& work, const database::Row& row, const Id& id) {
    if (work.request.kind != "version" || row.text(5) == "published") return false;
    const access::Actor& actor = work.call.actor;
    if (row.id(6) != actor.user_id && !actor.is_administrator()) return true;
    work.admit(id, row.integer(1), false);
    work.conflicts.push_back(
        {id, "It is not published: only published versions move.", std::nullopt, std::vector<std::string>{}});
    return true;
}

Result<std::vector<Subject>> lock_subjects(BulkWork& work) {
    const Statements statements = statements_of(work.request.kind);
    BIFROST_ASSIGN(const auto rows,
                   work.call.tx.query(statements.lock, work.project_id, json::to_json(work.request.ids)));
    std::vector<Subject> subjects;
    for (const auto row : rows) {
        Subject subject{row.id(0), std::string(row.text(3)), std::nullopt, {}};
        if (statements.has_type) subject.type = row.text(4);
        if (work.request.kind == "task")
            subject.closing = {row.integer(5), row.get<std::optional<Timestamp>>(6)};
        if (is_draft(work, row, subject.id)) continue;
        if (work.admit(subject.id, row.integer(1), !row.is_null(statements.archived_at)))
            subjects.push_back(std::move(subject));
    }
    return subjects;
}

/// What a state allows, asked once for all that are in it.
using Allowed = std::map<std::pair<std::optional<std::string>, std::string>, std::vector<Reachable>>;

/// The state that the subject would enter; nothing (and a conflict) when it may not.
Result<const Reachable*> find_target(BulkWork& work, const Mover& mover, const Subject& subject,
                                     const std::vector<Reachable>& states) {
    const MoveRequest& move = *work.request.move;
    auto checked =
        check_move(work.call.actor, work.project_id, states, work.request.kind, subject.status, move.to);
    const auto target =
        std::find_if(states.begin(), states.end(), [&](const auto& state) { return state.code == move.to; });
    std::string detail;
    if (checked) {
        const bool has_comment = move.comment && !move.comment->empty();
        BIFROST_ASSIGN(const auto refusal,
                       refused_by(work.call.tx, work.call.actor, mover, *target, has_comment));
        if (!refusal) return &*target;
        detail = *refusal;
    } else if (checked.error().code == Errc::invalid) {
        Error error = checked.error();
        for (auto& field : error.fields) field.pointer = "/transition" + field.pointer;
        return error;
    } else {
        detail = checked.error().detail;
    }
    BIFROST_ASSIGN(auto open, open_now(work.call.tx, work.call.actor, mover, states));
    work.conflicts.push_back({subject.id, std::move(detail), std::nullopt, std::move(open)});
    return nullptr;
}

/// Those that move, apart by what a task that enters the state counts.
struct Moves {
    std::vector<Id> all;
    std::map<std::pair<std::int64_t, bool>, std::vector<Id>> by_count; ///< retakes added, closed
    std::vector<std::pair<Mover, const Reachable*>> with_effects;
};

Result<> store(BulkWork& work, const Moves& moves) {
    const std::string& to = work.request.move->to;
    const std::string ids = json::to_json(moves.all);
    const auto actor =
        work.call.actor.user_id.is_nil() ? std::nullopt : std::optional(work.call.actor.user_id);
    BIFROST_CHECK(work.call.tx.execute(sql::raise_revisions, ids, work.now, actor));
    if (work.request.kind != "task") {
        BIFROST_CHECK(work.call.tx.execute(statements_of(work.request.kind).set_statuses, ids, to));
    } else {
        for (const auto& [count, some] : moves.by_count) {
            const auto closed_at = count.second ? std::optional(work.now) : std::nullopt;
            BIFROST_CHECK(work.call.tx.execute(sql::set_task_statuses, json::to_json(some), to, count.first,
                                               closed_at));
        }
    }
    for (const auto& [mover, state] : moves.with_effects)
        BIFROST_CHECK(run_effects(work.call, mover, *state));
    return {};
}

} // namespace

Result<> bulk_move(BulkWork& work) {
    BIFROST_CHECK(project::share_workflows(work.call.tx));
    BIFROST_ASSIGN(const auto subjects, lock_subjects(work));
    const MoveRequest& move = *work.request.move;
    Allowed allowed;
    Moves moves;
    for (const auto& subject : subjects) {
        const auto [place, is_new] = allowed.try_emplace({subject.type, subject.status});
        if (is_new) {
            BIFROST_ASSIGN(place->second, list_reachable(work.call.tx, work.request.kind, work.project_id,
                                                         subject.type, subject.status));
        }
        const Mover mover{subject.id, work.project_id, work.request.kind};
        BIFROST_ASSIGN(const Reachable* target, find_target(work, mover, subject, place->second));
        if (target == nullptr) continue;
        Closing after = subject.closing;
        if (work.request.kind == "task") after = closing_after(subject.closing, *target, work.now);
        work.change(subject.id, work.request.kind + ".transitioned",
                    patch_of_move(subject.status, move, subject.closing, after));
        moves.all.push_back(subject.id);
        moves.by_count[{target->is_retake ? 1 : 0, target->is_closed()}].push_back(subject.id);
        if (target->effects && *target->effects != "[]") moves.with_effects.emplace_back(mover, target);
    }
    if (!work.shall_write() || moves.all.empty()) return {};
    return store(work, moves);
}

} // namespace bifrost::workflow
