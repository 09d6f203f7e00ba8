#include "services/shot/sequence.hpp"

#include "core/text.hpp"
#include "services/project/project.hpp"
#include "services/shot/common.hpp"
#include "services/shot/episode.sql.hpp"
#include "services/shot/match.hpp"
#include "services/shot/sequence.sql.hpp"

namespace bifrost::shot {
namespace {

using access::Actor;
using access::Call;
using access::Permission;

constexpr std::string_view kColumns =
    "select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, "
    "e.archived_at, e.project_id, q.episode_id, ee.code, e.code, e.label, q.name, q.description, "
    "q.sort_order";
constexpr std::string_view kFrom =
    "from sequence q join entity e on e.id = q.id left join entity ee on ee.id = q.episode_id";

Result<Sequence> read_one(database::Tx& tx, const Actor& actor, const database::Query& query, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(query, id));
    if (rows.empty()) return Error{Errc::not_found, "There is no such sequence."};
    Sequence sequence = rows[0].as<Sequence>();
    BIFROST_CHECK(actor.require(Permission::project_read, sequence.project_id, "sequence"));
    return sequence;
}

Result<project::Entity> get_entity_for(Call& call, const Id& id, Permission permission) {
    BIFROST_ASSIGN(auto entity, project::get_visible_entity(call.tx, call.actor, id, "sequence"));
    BIFROST_CHECK(call.actor.require(permission, entity.project_id, "sequence"));
    return entity;
}

/// Puts it under another episode, or under the project: what that means for the codes is checked when it is
/// stored.
Result<> take_episode(Call& call, Sequence& sequence, const std::optional<Id>& episode_id) {
    sequence.episode_id = episode_id;
    sequence.episode_code = std::nullopt;
    if (!episode_id) return {};
    BIFROST_ASSIGN(const auto parent,
                   get_parent(call, *episode_id, sequence.project_id, "episode", "episode_id"));
    sequence.episode_code = parent.code;
    return {};
}

} // namespace

Result<Sequence> get_sequence(database::Tx& tx, const Actor& actor, const Id& id) {
    return read_one(tx, actor, sql::find_sequence, id);
}

Result<query::Page<Sequence>> list_sequences(database::Tx& tx, const Actor& actor, std::string_view project,
                                             const query::ListRequest& request,
                                             const SequenceFilter& filter) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
    query::ListQuery list(kColumns, kFrom, "q.id",
                          {{"episode", "coalesce(ee.code, '')"},
                           {"order", "q.sort_order", true},
                           {"code", "e.code"},
                           {"name", "q.name_key"},
                           {"created_at", "e.created_at", true},
                           {"updated_at", "e.updated_at", true}},
                          "episode,order");
    list.where("q.project_id = ?", database::make_params(found.id));
    if (filter.episode_id) list.where("q.episode_id = ?", database::make_params(*filter.episode_id));
    match_archived(list, request);
    match_words(list, request.q, {"q.name_key", "e.code", "coalesce(ee.code, '')"});
    return list.page<Sequence>(tx, request);
}

Result<Sequence> create_sequence(Call& call, std::string_view project, const boost::json::value& body) {
    BIFROST_ASSIGN(const Id project_id, open_project(call, project));
    json::Reader reader(body);
    Sequence sequence;
    sequence.project_id = project_id;
    const auto change = read_common(reader, sequence, true);
    const bool ordered = reader.has("order") && !reader.is_null("order");
    const auto episode_id = reader.optional_id("episode_id");
    BIFROST_CHECK(reader.finish());
    take_change(sequence, change);
    BIFROST_CHECK(take_episode(call, sequence, episode_id));
    BIFROST_CHECK(check_fields(call, "sequence", {}, sequence, episode_id.value_or(project_id), body));
    if (!ordered) {
        BIFROST_ASSIGN(const auto rows, call.tx.query(sql::last_sequence_order, project_id));
        sequence.order = std::min(rows[0].integer(0) + 10, kMostOrder);
    }
    BIFROST_CHECK(insert_common(call, sequence, "sequence", episode_id.value_or(project_id)));
    const auto inserted =
        call.tx.execute(sql::insert_sequence, sequence.id, project_id, sequence.episode_id, sequence.name,
                        fold_case(sequence.name), sequence.description, sequence.order);
    if (!inserted) return project::code_conflict(inserted.error(), sequence.code);
    BIFROST_CHECK(call.tx.defer(sql::insert_casting_list, sequence.id));
    add_event(call, "sequence.created", "sequence", project_id, sequence.id, "{}", json::to_json(sequence));
    return sequence;
}

Result<Sequence> update_sequence(Call& call, const Id& id, const boost::json::value& patch,
                                 std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const Sequence before, read_one(call.tx, call.actor, sql::lock_sequence, id));
    BIFROST_CHECK(call.actor.require(Permission::shot_update, before.project_id, "sequence"));
    Sequence sequence = before;
    json::Reader reader(patch);
    auto change = read_common(reader, sequence, false);
    const bool moves = reader.has("episode_id");
    const auto episode_id = reader.optional_id("episode_id");
    BIFROST_CHECK(reader.finish());
    take_change(sequence, change);
    if (moves && episode_id != before.episode_id) BIFROST_CHECK(take_episode(call, sequence, episode_id));
    BIFROST_CHECK(check_fields(call, "sequence", before.metadata, sequence, std::nullopt, patch));
    if (change.metadata) change.metadata = sequence.metadata;
    if (!differs(before, sequence) && if_revision.value_or(before.revision) == before.revision) return before;
    change.if_revision = if_revision;
    BIFROST_ASSIGN(const auto touched, project::touch_entity(call, id, change));
    static_cast<project::EntityFields&>(sequence) = touched;
    if (sequence.episode_id != before.episode_id)
        BIFROST_CHECK(set_parent(call, id, sequence.episode_id.value_or(sequence.project_id), sequence.code));
    const auto updated = call.tx.execute(sql::update_sequence, id, sequence.name, fold_case(sequence.name),
                                         sequence.description, sequence.order, sequence.episode_id);
    if (!updated) return project::code_conflict(updated.error(), sequence.code);
    add_event(call, "sequence.updated", "sequence", sequence.project_id, id, json::to_json(before),
              json::to_json(sequence));
    return sequence;
}

Result<Sequence> archive_sequence(Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const auto entity, get_entity_for(call, id, Permission::shot_archive));
    BIFROST_CHECK(project::archive_entity(call, entity, if_revision));
    return get_sequence(call.tx, call.actor, id);
}

Result<Sequence> restore_sequence(Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const auto entity, get_entity_for(call, id, Permission::shot_archive));
    BIFROST_CHECK(project::restore_entity(call, entity, if_revision));
    return get_sequence(call.tx, call.actor, id);
}

Result<> purge_sequence(Call& call, const Id& id) {
    BIFROST_ASSIGN(const auto entity, get_entity_for(call, id, Permission::project_read));
    BIFROST_CHECK(call.actor.require_site(Permission::purge));
    return project::purge_entity(call, entity);
}

} // namespace bifrost::shot
