#include "services/shot/shot.hpp"

#include <charconv>
#include <numeric>

#include "core/frame_range.hpp"
#include "services/shot/common.hpp"
#include "services/shot/shot.sql.hpp"
#include "services/shot/shot_input.hpp"
#include "services/shot/shot_write.hpp"

namespace bifrost::shot {
namespace {

using access::Actor;
using access::Call;
using access::Permission;

Result<project::Entity> get_entity_for(Call& call, const Id& id, Permission permission) {
    BIFROST_ASSIGN(auto entity, project::get_visible_entity(call.tx, call.actor, id, "shot"));
    BIFROST_CHECK(call.actor.require(permission, entity.project_id, "shot"));
    return entity;
}

Result<> take_sequence(Call& call, Shot& shot, const Id& sequence_id) {
    BIFROST_ASSIGN(const auto parent,
                   get_parent(call, sequence_id, shot.project_id, "sequence", "sequence_id"));
    shot.sequence_id = sequence_id;
    shot.sequence_code = parent.code.value_or("");
    shot.episode_id.reset();
    shot.episode_code.reset();
    if (!parent.parent_id || *parent.parent_id == shot.project_id) return {};
    BIFROST_ASSIGN(const auto episode, project::find_entity(call.tx, *parent.parent_id));
    shot.episode_id = parent.parent_id;
    if (episode) shot.episode_code = episode->code;
    return {};
}

} // namespace

std::optional<std::string> parse_speed(std::string_view text) {
    const bool backwards = text.starts_with('-');
    if (backwards) text.remove_prefix(1);
    const auto rate = FrameRate::parse(text);
    if (!rate) return std::nullopt;
    return (backwards ? "-" : "") + rate->text();
}

Result<Shot> get_shot(database::Tx& tx, const Actor& actor, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_shot, id));
    if (rows.empty()) return Error{Errc::not_found, "There is no such shot."};
    Shot shot = rows[0].as<Shot>();
    BIFROST_CHECK(actor.require(Permission::project_read, shot.project_id, "shot"));
    return shot;
}

Result<Shot> create_shot(Call& call, std::string_view project, const boost::json::value& body) {
    BIFROST_ASSIGN(const Id project_id, open_project(call, project));
    json::Reader reader(body);
    std::vector<Shot> made(1);
    Shot& shot = made.front();
    shot.project_id = project_id;
    const auto change = read_common(reader, shot, true);
    const Id sequence_id = reader.id("sequence_id");
    const bool ordered = reader.has("order") && !reader.is_null("order");
    read_frames(reader, shot);
    BIFROST_CHECK(reader.finish());
    take_change(shot, change);
    BIFROST_CHECK(take_sequence(call, shot, sequence_id));
    BIFROST_CHECK(check_fields(call, "shot", {}, shot, sequence_id, body));
    if (!ordered) {
        BIFROST_ASSIGN(const auto rows, call.tx.query(sql::last_shot_order, sequence_id));
        shot.order = std::min(rows[0].integer(0) + 10, kMostOrder);
    }
    BIFROST_CHECK(insert_shots(call, project_id, made));
    return std::move(made.front());
}

Result<Shot> update_shot(Call& call, const Id& id, const boost::json::value& patch,
                         std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const Shot before, lock_shot(call, id));
    BIFROST_CHECK(call.actor.require(Permission::shot_update, before.project_id, "shot"));
    Shot shot = before;
    json::Reader reader(patch);
    const auto change = read_common(reader, shot, false);
    reader.refuse_null({"sequence_id", "handles"});
    const auto sequence_id = reader.optional_id("sequence_id");
    read_frame_patch(reader, shot);
    BIFROST_CHECK(reader.finish());
    take_change(shot, change);
    if (sequence_id && *sequence_id != before.sequence_id)
        BIFROST_CHECK(take_sequence(call, shot, *sequence_id));
    BIFROST_CHECK(check_fields(call, "shot", before.metadata, shot, std::nullopt, patch));
    if (!differs(before, shot) && if_revision.value_or(before.revision) == before.revision) return before;
    BIFROST_CHECK(store_shot(call, before, shot, if_revision));
    return shot;
}

Result<Shot> archive_shot(Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const auto entity, get_entity_for(call, id, Permission::shot_archive));
    BIFROST_CHECK(project::archive_entity(call, entity, if_revision));
    return get_shot(call.tx, call.actor, id);
}

Result<Shot> restore_shot(Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const auto entity, get_entity_for(call, id, Permission::shot_archive));
    BIFROST_CHECK(project::restore_entity(call, entity, if_revision));
    return get_shot(call.tx, call.actor, id);
}

Result<> purge_shot(Call& call, const Id& id) {
    BIFROST_ASSIGN(const auto entity, get_entity_for(call, id, Permission::project_read));
    BIFROST_CHECK(call.actor.require_site(Permission::purge));
    return project::purge_entity(call, entity);
}

} // namespace bifrost::shot
