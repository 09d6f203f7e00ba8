#include "services/editorial/cut.hpp"

#include "services/editorial/cut.sql.hpp"
#include "services/project/project.hpp"
#include "services/shot/sequence.hpp"
#include "services/shot/shot.hpp"
#include "services/shot/shot.sql.hpp"

namespace bifrost::editorial {

Result<std::vector<Cut>> list_cuts(database::Tx& tx, const access::Actor& actor, std::string_view project) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_cuts, found.id));
    std::vector<Cut> cuts;
    for (const auto row : rows) cuts.push_back(row.as<Cut>());
    return cuts;
}

Result<Cut> get_cut(database::Tx& tx, const access::Actor& actor, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_cut, id));
    if (rows.empty()) return Error{Errc::not_found, "There is no such cut."};
    Cut cut = rows[0].as<Cut>();
    BIFROST_CHECK(actor.require(access::Permission::project_read, cut.project_id, "cut"));
    return cut;
}

Result<std::vector<CutItem>> list_cut_items(database::Tx& tx, const access::Actor& actor, const Id& id) {
    BIFROST_CHECK(get_cut(tx, actor, id));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_cut_items, id));
    std::vector<CutItem> items;
    for (const auto row : rows) items.push_back(row.as<CutItem>());
    return items;
}

Result<Edit> edit_of_cut(database::Tx& tx, const access::Actor& actor, const Id& id) {
    BIFROST_ASSIGN(const auto cut, get_cut(tx, actor, id));
    BIFROST_ASSIGN(const auto items, list_cut_items(tx, actor, id));
    Edit edit;
    edit.name = cut.name;
    edit.rate = FrameRate::parse(cut.rate).value_or(FrameRate{});
    edit.start_frame = cut.start_frame;
    edit.drop_frame = cut.drop_frame;
    for (const auto& item : items)
        edit.clips.push_back({item.clip_name, item.reel, item.media_reference, item.track, item.source_in,
                              item.source_out, item.record_in, item.record_out, item.speed,
                              item.transition_in, item.transition_out, 0});
    return edit;
}

Result<Edit> edit_of_sequence(database::Tx& tx, const access::Actor& actor, const Id& sequence_id,
                              std::int64_t start_frame) {
    BIFROST_ASSIGN(const auto sequence, shot::get_sequence(tx, actor, sequence_id));
    BIFROST_ASSIGN(const auto project, project::get_project(tx, actor, sequence.project_id.text()));
    BIFROST_ASSIGN(const auto rows,
                   tx.query(shot::sql::list_shots_of, json::to_json(std::vector<Id>{sequence_id})));
    Edit edit;
    edit.name = sequence.name;
    edit.rate = FrameRate::parse(project.fps).value_or(FrameRate{});
    edit.start_frame = start_frame;
    std::int64_t at = start_frame;
    for (const auto row : rows) {
        const auto shot = row.as<shot::Shot>();
        if (shot.archived_at || shot.status == "omitted" || !shot.cut_in || !shot.cut_out) continue;
        EditClip clip;
        clip.name =
            (shot.episode_code ? *shot.episode_code + "_" : "") + shot.sequence_code + "_" + shot.code;
        clip.source_in = *shot.cut_in;
        clip.source_out = *shot.cut_out + 1;
        clip.record_in = at;
        clip.record_out = at += clip.source_out - clip.source_in;
        clip.speed = shot.retime.value_or("1");
        edit.clips.push_back(std::move(clip));
    }
    return edit;
}

Result<Cut> store_cut(access::Call& call, const Id& project_id, const Id& owner_id, const Edit& edit,
                      std::string_view format, std::string_view source_name,
                      const std::vector<std::optional<shot::Shot>>& shots) {
    BIFROST_CHECK(call.tx.query(sql::lock_owner, owner_id));
    BIFROST_ASSIGN(const auto last, call.tx.query(sql::last_cut_number, owner_id));
    BIFROST_CHECK(call.tx.execute(sql::retire_cuts, owner_id, false));
    Cut cut;
    cut.id = Id::make();
    cut.project_id = project_id;
    cut.owner_id = owner_id;
    cut.number = last[0].integer(0) + 1;
    cut.name = edit.name;
    cut.rate = edit.rate.text();
    cut.start_frame = edit.start_frame;
    cut.drop_frame = edit.drop_frame;
    cut.format = format;
    cut.source_name = source_name;
    cut.is_current = true;
    cut.created_at = Timestamp::now();
    if (!call.actor.user_id.is_nil()) cut.created_by = call.actor.user_id;
    BIFROST_CHECK(call.tx.execute(sql::insert_cut, cut.id, owner_id, project_id, cut.number, cut.name,
                                  cut.rate, cut.start_frame, cut.drop_frame, cut.format, cut.source_name,
                                  true, cut.created_at, cut.created_by));
    std::vector<database::Params> rows;
    for (std::size_t i = 0; i < edit.clips.size(); ++i) {
        const auto& clip = edit.clips[i];
        std::optional<Id> shot_id;
        std::optional<std::string> code;
        if (shots[i]) {
            shot_id = shots[i]->id;
            code = shots[i]->code;
        }
        rows.push_back(database::make_params(Id::make(), cut.id, shot_id, code, i, clip.track, clip.source_in,
                                             clip.source_out, clip.record_in, clip.record_out, clip.reel,
                                             clip.name, clip.media, clip.speed, clip.transition_in,
                                             clip.transition_out));
    }
    if (!rows.empty()) BIFROST_CHECK(call.tx.execute_many(sql::insert_cut_item, rows));
    const auto owner = call.tx.query(sql::find_cut, cut.id);
    if (owner && !owner->empty()) cut.owner_kind = (*owner)[0].text(3);
    call.changes.add({"cut.imported", project_id, "cut", cut.id, events::make_patch("", json::to_json(cut))});
    return cut;
}

} // namespace bifrost::editorial
