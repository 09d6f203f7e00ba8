#include "services/editorial/import_edit.hpp"

#include <map>

#include "core/text.hpp"
#include "services/editorial/cut.sql.hpp"
#include "services/project/project.hpp"
#include "services/shot/episode.hpp"
#include "services/shot/sequence.hpp"
#include "services/shot/shot_write.hpp"
#include "services/workflow/workflow.hpp"

namespace bifrost::editorial {
namespace {

using access::Call;
using access::Permission;

/// An edit with the shots that its clips mean.
struct Named {
    Edit edit;
    std::vector<NamedClip> clips;
};

Result<Named> read_file(const project::Project& project, const ImportRequest& request,
                        std::string_view file) {
    std::string sequence;
    if (!request.sequence.empty()) {
        const auto code = fold_code(request.sequence);
        if (!code) return invalid_field("/sequence", "is no code");
        sequence = *code;
    }
    Naming naming = Naming::by_custom(project.code, sequence);
    if (!request.naming.empty()) {
        BIFROST_ASSIGN(naming, Naming::parse(request.naming, sequence));
    }
    std::optional<FrameRate> rate;
    if (!request.rate.empty()) {
        rate = FrameRate::parse(request.rate);
        if (!rate) return invalid_field("/rate", "must be a rate as a fraction, such as 24 or 24000/1001");
    }
    Named named;
    if (request.format == "otio") {
        BIFROST_ASSIGN(named.edit, read_otio(file, rate ? &*rate : nullptr));
    } else {
        BIFROST_ASSIGN(named.edit,
                       read_edl(file, rate.value_or(FrameRate::parse(project.fps).value_or(FrameRate{}))));
    }
    for (const auto& clip : named.edit.clips) named.clips.push_back({clip, naming.match(clip.name), {}});
    return named;
}

Result<Named> read_cut(database::Tx& tx, const access::Actor& actor, const Cut& cut) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_named_items, cut.id));
    Named named;
    BIFROST_ASSIGN(named.edit, edit_of_cut(tx, actor, cut.id));
    for (std::size_t i = 0; i < named.edit.clips.size(); ++i) {
        NamedClip clip{named.edit.clips[i], {}, {}};
        const auto row = rows[i];
        if (!row.is_null(13)) {
            clip.name = ShotName{row.get<std::optional<std::string>>(11), std::string(row.text(12)),
                                 std::string(row.text(13))};
            clip.code = row.get<std::optional<std::string>>(14);
        }
        named.clips.push_back(std::move(clip));
    }
    return named;
}

/// Makes the episodes and sequences that are new; gives the sequences' ids.
Result<std::map<ShotName, shot::Sequence>> make_sequences(Call& call, const Id& project_id,
                                                          const std::set<ShotName>& names) {
    std::map<ShotName, shot::Sequence> made;
    std::map<std::string, Id> episodes;
    for (const auto& name : names) {
        boost::json::object body{{"code", name.sequence}};
        if (name.episode) {
            auto found = episodes.find(*name.episode);
            if (found == episodes.end()) {
                BIFROST_ASSIGN(const auto rows,
                               call.tx.query(sql::find_child_of_kind, project_id, *name.episode));
                Id id;
                if (!rows.empty() && rows[0].text(1) == "episode") {
                    id = rows[0].id(0);
                } else {
                    BIFROST_ASSIGN(const auto episode,
                                   shot::create_episode(call, project_id.text(),
                                                        boost::json::object{{"code", *name.episode}}));
                    id = episode.id;
                }
                found = episodes.emplace(*name.episode, id).first;
            }
            body["episode_id"] = found->second.text();
        }
        BIFROST_ASSIGN(auto sequence, shot::create_sequence(call, project_id.text(), body));
        made.emplace(name, std::move(sequence));
    }
    return made;
}

Result<> move_status(Call& call, const Id& id, const std::string& to, const std::string& why) {
    BIFROST_CHECK(workflow::transition(call, "shot", id, boost::json::object{{"to", to}, {"comment", why}},
                                       std::nullopt));
    return {};
}

/// Brings a shot back: out of the archive, and out of `omitted` to where it was.
Result<> restore(Call& call, const shot::Shot& shot) {
    if (shot.archived_at) BIFROST_CHECK(shot::restore_shot(call, shot.id, std::nullopt));
    if (shot.status != "omitted") return {};
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::find_status_before, shot.id));
    const std::string before =
        rows.empty() || rows[0].is_null(0) ? std::string("waiting") : std::string(rows[0].text(0));
    return move_status(call, shot.id, before, "Back in the edit.");
}

bool stays(const shot::Shot& before, const shot::Shot& after) {
    return before.code == after.code && before.name == after.name && before.cut_in == after.cut_in &&
           before.cut_out == after.cut_out && before.head_in == after.head_in &&
           before.tail_out == after.tail_out && before.retime == after.retime && before.order == after.order;
}

/// Renamed shots first step aside: two may have changed their names with each other.
Result<> step_aside(Call& call, const PlannedEdit& planned) {
    std::vector<database::Params> rows;
    for (const auto& step : planned.steps)
        if (step.before && !step.omits && step.before->code != step.after.code)
            rows.push_back(database::make_params(step.before->id, " " + step.before->id.text()));
    if (!rows.empty()) BIFROST_CHECK(call.tx.execute_many(sql::set_code, rows));
    return {};
}

/// Carries the plan out; the shots by step.
Result<std::vector<shot::Shot>> carry_out(Call& call, const Id& project_id, PlannedEdit& planned) {
    BIFROST_ASSIGN(const auto sequences, make_sequences(call, project_id, planned.new_sequences));
    std::map<ShotName, Id> known;
    for (const auto& [name, sequence] : sequences) known.emplace(name, sequence.id);
    BIFROST_CHECK(step_aside(call, planned));
    std::vector<shot::Shot> added;
    for (auto& step : planned.steps) {
        if (step.omits) {
            BIFROST_CHECK(move_status(call, step.before->id, "omitted", "Not in the edit any more."));
        } else if (!step.before) {
            const ShotName sequence{step.name.episode, step.name.sequence, ""};
            auto found = known.find(sequence);
            if (found == known.end()) {
                BIFROST_ASSIGN(const auto id, call.tx.query(sql::find_sequence_of, project_id,
                                                            sequence.sequence, sequence.episode));
                if (id.empty())
                    return Error{Errc::conflict, "A sequence of the edit was removed; plan it again."};
                found = known.emplace(sequence, id[0].id(0)).first;
            }
            step.after.sequence_id = found->second;
            added.push_back(step.after);
        } else {
            if (step.restores) BIFROST_CHECK(restore(call, *step.before));
            if (!stays(*step.before, step.after))
                BIFROST_CHECK(shot::store_shot(call, *step.before, step.after, std::nullopt));
        }
    }
    BIFROST_CHECK(shot::insert_shots(call, project_id, added));
    std::vector<shot::Shot> shots;
    std::size_t next = 0;
    for (auto& step : planned.steps) shots.push_back(step.before || step.omits ? step.after : added[next++]);
    return shots;
}

/// Whether the current cut of the owner is this edit already.
Result<bool> is_current(database::Tx& tx, const access::Actor& actor, const Id& owner_id, const Edit& edit) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_current_cut, owner_id));
    if (rows.empty()) return false;
    BIFROST_ASSIGN(const auto current, edit_of_cut(tx, actor, rows[0].id(0)));
    if (current.clips.size() != edit.clips.size() || current.rate != edit.rate ||
        current.start_frame != edit.start_frame)
        return false;
    for (std::size_t i = 0; i < edit.clips.size(); ++i) {
        const auto& a = edit.clips[i];
        const auto& b = current.clips[i];
        if (std::tie(a.name, a.reel, a.media, a.track, a.source_in, a.source_out, a.record_in, a.record_out,
                     a.speed, a.transition_in, a.transition_out) !=
            std::tie(b.name, b.reel, b.media, b.track, b.source_in, b.source_out, b.record_in, b.record_out,
                     b.speed, b.transition_in, b.transition_out))
            return false;
    }
    return true;
}

struct Source {
    std::string format;
    std::string name;
    PlanOptions options;
};

Result<Imported> carry_out_and_store(Call& call, const Id& project_id, const Named& named,
                                     const Source& source) {
    BIFROST_CHECK(call.actor.require(Permission::shot_create, project_id, "project"));
    BIFROST_CHECK(call.actor.require(Permission::shot_update, project_id, "project"));
    BIFROST_ASSIGN(auto planned, plan_edit(call.tx, project_id, named.clips, source.options, true));
    Imported imported;
    imported.plan = planned.plan;
    imported.applied = true;
    BIFROST_ASSIGN(const auto shots, carry_out(call, project_id, planned));
    Id owner = planned.owner_id.value_or(project_id);
    if (planned.new_sequences.size() == 1 && !shots.empty()) {
        bool one = true;
        for (const auto& shot : shots) one = one && shot.sequence_id == shots.front().sequence_id;
        if (one) owner = shots.front().sequence_id;
    }
    BIFROST_ASSIGN(const bool same, is_current(call.tx, call.actor, owner, named.edit));
    if (!same || !imported.plan.changes_nothing()) {
        std::vector<std::optional<shot::Shot>> of_clips(named.clips.size());
        for (std::size_t i = 0; i < of_clips.size(); ++i)
            if (planned.step_of[i] != std::string::npos) of_clips[i] = shots[planned.step_of[i]];
        BIFROST_ASSIGN(imported.cut,
                       store_cut(call, project_id, owner, named.edit, source.format, source.name, of_clips));
    }
    BIFROST_ASSIGN(const auto position, call.changes.append_to_log(call.tx));
    imported.position = position.text();
    return imported;
}

} // namespace

Result<Imported> plan_import(database::Tx& tx, const access::Actor& actor, std::string_view project,
                             const ImportRequest& request, std::string_view file) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
    BIFROST_CHECK(actor.require(Permission::shot_create, found.id, "project"));
    BIFROST_ASSIGN(const auto named, read_file(found, request, file));
    BIFROST_ASSIGN(auto planned, plan_edit(tx, found.id, named.clips, request.options, false));
    return Imported{std::move(planned.plan), false, {}, {}};
}

Result<Imported> import_edit(Call& call, std::string_view project, const ImportRequest& request,
                             std::string_view file) {
    BIFROST_ASSIGN(const auto found, project::get_project(call.tx, call.actor, project));
    BIFROST_CHECK(call.actor.require(Permission::shot_create, found.id, "project"));
    if (found.archived_at)
        return Error{Errc::conflict, "The project is archived: restore it before importing into it."};
    BIFROST_ASSIGN(const auto named, read_file(found, request, file));
    return carry_out_and_store(call, found.id, named, {request.format, request.source_name, request.options});
}

Result<Imported> plan_apply_cut(database::Tx& tx, const access::Actor& actor, const Id& cut_id) {
    BIFROST_ASSIGN(const auto cut, get_cut(tx, actor, cut_id));
    BIFROST_CHECK(actor.require(Permission::shot_update, cut.project_id, "cut"));
    BIFROST_ASSIGN(const auto named, read_cut(tx, actor, cut));
    BIFROST_ASSIGN(auto planned, plan_edit(tx, cut.project_id, named.clips, {}, false));
    return Imported{std::move(planned.plan), false, {}, {}};
}

Result<Imported> apply_cut(Call& call, const Id& cut_id) {
    BIFROST_ASSIGN(const auto cut, get_cut(call.tx, call.actor, cut_id));
    BIFROST_ASSIGN(const auto named, read_cut(call.tx, call.actor, cut));
    return carry_out_and_store(call, cut.project_id, named, {cut.format, cut.source_name, {}});
}

} // namespace bifrost::editorial
