// The same move for many assets or versions.

#include "services/workflow/bulk.sql.hpp"
#include "services/workflow/bulk_change.hpp"
#include "services/workflow/workflow.sql.hpp"

namespace bifrost::workflow {
namespace {

struct Subject {
    Id id;
    std::string status;
    std::optional<std::string> type;
};

Result<std::vector<Subject>> lock_subjects(BulkWork& work) {
    const bool asset = work.request.kind == "asset";
    BIFROST_ASSIGN(const auto rows, work.call.tx.query(asset ? sql::lock_assets : sql::lock_versions,
                                                       work.project_id, json::to_json(work.request.ids)));
    std::vector<Subject> subjects;
    for (const auto row : rows) {
        Subject subject{row.id(0), std::string(row.text(3)), std::nullopt};
        if (asset) subject.type = row.text(4);
        if (!asset && row.text(5) != "published") {
            const access::Actor& actor = work.call.actor;
            if (row.id(6) != actor.user_id && !actor.is_administrator()) continue;
            work.admit(subject.id, row.integer(1), false);
            work.conflicts.push_back({subject.id, "It is not published: only published versions move.",
                                      std::nullopt, std::vector<std::string>{}});
            continue;
        }
        if (work.admit(subject.id, row.integer(1), !row.is_null(asset ? 9 : 7)))
            subjects.push_back(std::move(subject));
    }
    return subjects;
}

/// What a state allows, asked once for all that are in it.
using Allowed = std::map<std::pair<std::optional<std::string>, std::string>, std::vector<Reachable>>;

Result<> note_conflict(BulkWork& work, const Subject& subject, const std::vector<Reachable>& states) {
    auto checked = check_move(work.call.actor, work.project_id, states, work.request.kind, subject.status,
                              work.request.move->to);
    if (checked) return {};
    if (checked.error().code == Errc::invalid) {
        Error error = checked.error();
        for (auto& field : error.fields) field.pointer = "/transition" + field.pointer;
        return error;
    }
    work.conflicts.push_back({subject.id, checked.error().detail, std::nullopt,
                              open_states(work.call.actor, work.project_id, states)});
    return {};
}

} // namespace

Result<> bulk_move(BulkWork& work) {
    BIFROST_ASSIGN(const auto subjects, lock_subjects(work));
    const MoveRequest& move = *work.request.move;
    Allowed allowed;
    std::vector<database::Params> entities;
    std::vector<database::Params> statuses;
    for (const auto& subject : subjects) {
        const auto [place, is_new] = allowed.try_emplace({subject.type, subject.status});
        if (is_new) {
            BIFROST_ASSIGN(place->second, list_reachable(work.call.tx, work.request.kind, work.project_id,
                                                         subject.type, subject.status));
        }
        const std::size_t before = work.conflicts.size();
        BIFROST_CHECK(note_conflict(work, subject, place->second));
        if (work.conflicts.size() != before) continue;
        work.change(subject.id, work.request.kind + ".transitioned", patch_of_move(subject.status, move));
        entities.push_back(work.change_params(subject.id));
        statuses.push_back(database::make_params(subject.id, move.to));
    }
    if (!work.shall_write()) return {};
    BIFROST_CHECK(work.run(sql::raise_revision, entities));
    return work.run(work.request.kind == "asset" ? sql::set_asset_status : sql::set_version_status, statuses);
}

} // namespace bifrost::workflow
