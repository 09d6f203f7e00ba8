#include "services/shot/episode.hpp"

#include "core/text.hpp"
#include "services/project/project.hpp"
#include "services/shot/common.hpp"
#include "services/shot/episode.sql.hpp"
#include "services/shot/match.hpp"

namespace bifrost::shot {
namespace {

using access::Actor;
using access::Call;
using access::Permission;

constexpr std::string_view kColumns =
    "select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, "
    "e.archived_at, e.project_id, e.code, e.label, p.name, p.description, p.sort_order";
constexpr std::string_view kFrom = "from episode p join entity e on e.id = p.id";

Result<Episode> read_one(database::Tx& tx, const Actor& actor, const database::Query& query, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(query, id));
    if (rows.empty()) return Error{Errc::not_found, "There is no such episode."};
    Episode episode = rows[0].as<Episode>();
    BIFROST_CHECK(actor.require(Permission::project_read, episode.project_id, "episode"));
    return episode;
}

Result<project::Entity> get_entity_for(Call& call, const Id& id, Permission permission) {
    BIFROST_ASSIGN(auto entity, project::get_visible_entity(call.tx, call.actor, id, "episode"));
    BIFROST_CHECK(call.actor.require(permission, entity.project_id, "episode"));
    return entity;
}

} // namespace

Result<Episode> get_episode(database::Tx& tx, const Actor& actor, const Id& id) {
    return read_one(tx, actor, sql::find_episode, id);
}

Result<query::Page<Episode>> list_episodes(database::Tx& tx, const Actor& actor, std::string_view project,
                                           const query::ListRequest& request) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
    query::ListQuery list(kColumns, kFrom, "p.id",
                          {{"order", "p.sort_order", true},
                           {"code", "e.code"},
                           {"name", "p.name_key"},
                           {"created_at", "e.created_at", true},
                           {"updated_at", "e.updated_at", true}},
                          "order");
    list.where("p.project_id = ?", database::make_params(found.id));
    match_archived(list, request);
    match_words(list, request.q, {"p.name_key", "e.code"});
    return list.page<Episode>(tx, request);
}

Result<Episode> create_episode(Call& call, std::string_view project, const boost::json::value& body) {
    BIFROST_ASSIGN(const Id project_id, open_project(call, project));
    json::Reader reader(body);
    Episode episode;
    episode.project_id = project_id;
    const auto change = read_common(reader, episode, true);
    const bool ordered = reader.has("order") && !reader.is_null("order");
    BIFROST_CHECK(reader.finish());
    take_change(episode, change);
    BIFROST_CHECK(check_fields(call, "episode", {}, episode, project_id, body));
    if (!ordered) {
        BIFROST_ASSIGN(const auto rows, call.tx.query(sql::last_episode_order, project_id));
        episode.order = std::min(rows[0].integer(0) + 10, kMostOrder);
    }
    BIFROST_CHECK(insert_common(call, episode, "episode", project_id));
    const auto inserted = call.tx.execute(sql::insert_episode, episode.id, project_id, episode.name,
                                          fold_case(episode.name), episode.description, episode.order);
    if (!inserted) return project::code_conflict(inserted.error(), episode.code);
    BIFROST_CHECK(call.tx.defer(sql::insert_casting_list, episode.id));
    add_event(call, "episode.created", "episode", project_id, episode.id, "{}", json::to_json(episode));
    return episode;
}

Result<Episode> update_episode(Call& call, const Id& id, const boost::json::value& patch,
                               std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const Episode before, read_one(call.tx, call.actor, sql::lock_episode, id));
    BIFROST_CHECK(call.actor.require(Permission::shot_update, before.project_id, "episode"));
    Episode episode = before;
    json::Reader reader(patch);
    auto change = read_common(reader, episode, false);
    BIFROST_CHECK(reader.finish());
    take_change(episode, change);
    BIFROST_CHECK(check_fields(call, "episode", before.metadata, episode, std::nullopt, patch));
    if (change.metadata) change.metadata = episode.metadata;
    if (!differs(before, episode) && if_revision.value_or(before.revision) == before.revision) return before;
    change.if_revision = if_revision;
    BIFROST_ASSIGN(const auto touched, project::touch_entity(call, id, change));
    static_cast<project::EntityFields&>(episode) = touched;
    const auto updated = call.tx.execute(sql::update_episode, id, episode.name, fold_case(episode.name),
                                         episode.description, episode.order);
    if (!updated) return project::code_conflict(updated.error(), episode.code);
    add_event(call, "episode.updated", "episode", episode.project_id, id, json::to_json(before),
              json::to_json(episode));
    return episode;
}

Result<Episode> archive_episode(Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const auto entity, get_entity_for(call, id, Permission::shot_archive));
    BIFROST_CHECK(project::archive_entity(call, entity, if_revision));
    return get_episode(call.tx, call.actor, id);
}

Result<Episode> restore_episode(Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const auto entity, get_entity_for(call, id, Permission::shot_archive));
    BIFROST_CHECK(project::restore_entity(call, entity, if_revision));
    return get_episode(call.tx, call.actor, id);
}

Result<> purge_episode(Call& call, const Id& id) {
    BIFROST_ASSIGN(const auto entity, get_entity_for(call, id, Permission::project_read));
    BIFROST_CHECK(call.actor.require_site(Permission::purge));
    return project::purge_entity(call, entity);
}

} // namespace bifrost::shot
