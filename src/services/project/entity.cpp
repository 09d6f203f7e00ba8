#include "services/project/entity.hpp"

#include "core/text.hpp"
#include "services/project/entity.sql.hpp"

namespace bifrost::project {
namespace {

std::optional<Id> actor_id(const access::Call& call) {
    if (call.actor.user_id.is_nil()) return std::nullopt;
    return call.actor.user_id;
}

Result<> check_revision(const Entity& entity, std::optional<std::int64_t> wanted) {
    if (!wanted || *wanted == entity.revision) return {};
    return Error{Errc::stale_revision,
                 "The " + entity.kind + " was changed by someone else: it is at revision " +
                     std::to_string(entity.revision) + ", not " + std::to_string(*wanted) +
                     ". Read it again and repeat the change."};
}

Result<Entity> lock_entity(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::lock_entity, id));
    if (rows.empty()) return Error{Errc::not_found, "It is not there any more."};
    Entity entity = rows[0].as<Entity>();
    BIFROST_CHECK(check_revision(entity, if_revision));
    return entity;
}

Result<> store(access::Call& call, Entity& entity) {
    entity.revision += 1;
    entity.updated_at = Timestamp::now();
    entity.updated_by = actor_id(call);
    // Where deferring means running at once, the conflict of a taken code shows here.
    auto stored = call.tx.defer(sql::update_entity, entity.id, entity.code, entity.label, entity.metadata,
                                entity.archived_at, entity.updated_at, entity.updated_by, entity.revision);
    if (!stored) return code_conflict(stored.error(), entity.code.value_or(""));
    return {};
}

Result<Entity> set_archived(access::Call& call, const Entity& seen, std::optional<std::int64_t> if_revision,
                            bool archived) {
    BIFROST_ASSIGN(Entity entity, lock_entity(call, seen.id, if_revision));
    if (entity.archived_at.has_value() == archived) return entity;
    const std::string before = json::to_json(entity);
    entity.archived_at = archived ? std::optional(Timestamp::now()) : std::nullopt;
    BIFROST_CHECK(store(call, entity));
    call.changes.add(
        {entity.kind + (archived ? ".archived" : ".restored"), entity.project_id, entity.kind, entity.id,
         events::make_patch(before, json::to_json(entity), {"revision", "updated_at", "updated_by"})});
    return entity;
}

} // namespace

Result<EntityFields> insert_entity(access::Call& call, const NewEntity& entity) {
    std::optional<std::string> code;
    if (entity.typed_code) {
        code = fold_code(*entity.typed_code);
        if (!code)
            return invalid_field(
                "/code", "must be 1 to 64 letters, digits, '_' or '-', beginning with a letter or digit");
    }
    EntityFields fields;
    fields.id = entity.id;
    fields.created_at = fields.updated_at = Timestamp::now();
    fields.created_by = fields.updated_by = actor_id(call);
    fields.metadata = entity.metadata;
    auto inserted = call.tx.defer(sql::insert_entity, entity.id, entity.kind,
                                  entity.project_id.value_or(entity.id), entity.parent_id, code,
                                  entity.typed_code, fields.created_at, fields.created_by, entity.metadata);
    if (!inserted) return code_conflict(inserted.error(), code.value_or(""));
    return fields;
}

Error code_conflict(Error error, std::string_view code) {
    if (error.constraint != "entity_parent_id_code_key" && error.constraint != "entity_project_code")
        return error;
    return Error{
        Errc::conflict,
        "The code '" + std::string(code) +
            "' is taken here. Choose another one; archived entities keep theirs until they are purged."};
}

Result<std::optional<Entity>> find_entity(database::Tx& tx, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_entity, id));
    if (rows.empty()) return std::optional<Entity>{};
    return std::optional<Entity>{rows[0].as<Entity>()};
}

Result<Entity> get_visible_entity(database::Tx& tx, const access::Actor& actor, const Id& id,
                                  std::string_view kind) {
    BIFROST_ASSIGN(auto entity, find_entity(tx, id));
    if (!entity || (!kind.empty() && entity->kind != kind) || !actor.may_see(entity->project_id))
        return Error{Errc::not_found,
                     "There is no such " + std::string(kind.empty() ? "entity" : kind) + "."};
    return std::move(*entity);
}

Result<Entity> touch_entity(access::Call& call, const Id& id, const EntityChange& change) {
    BIFROST_ASSIGN(Entity entity, lock_entity(call, id, change.if_revision));
    if (entity.archived_at)
        return Error{Errc::conflict, "The " + entity.kind + " is archived: restore it before changing it."};
    if (change.typed_code) {
        entity.code = fold_code(*change.typed_code);
        entity.label = change.typed_code;
        if (!entity.code)
            return invalid_field(
                "/code", "must be 1 to 64 letters, digits, '_' or '-', beginning with a letter or digit");
    }
    if (change.metadata) entity.metadata = *change.metadata;
    BIFROST_CHECK(store(call, entity));
    return entity;
}

Result<Entity> archive_entity(access::Call& call, const Entity& entity,
                              std::optional<std::int64_t> if_revision) {
    return set_archived(call, entity, if_revision, true);
}

Result<Entity> restore_entity(access::Call& call, const Entity& entity,
                              std::optional<std::int64_t> if_revision) {
    return set_archived(call, entity, if_revision, false);
}

Result<> purge_entity(access::Call& call, const Entity& seen) {
    BIFROST_ASSIGN(const Entity entity, lock_entity(call, seen.id, std::nullopt));
    if (!entity.archived_at)
        return Error{Errc::conflict,
                     "Only what is archived can be purged: archive the " + entity.kind + " first."};
    BIFROST_ASSIGN(const auto below, call.tx.query(sql::entity_subtree, entity.id));
    for (const auto row : below) {
        if (auto removed = call.tx.execute(sql::delete_entity, row.id(0)); !removed) {
            if (removed.error().code != Errc::conflict) return removed.error();
            return Error{Errc::conflict,
                         "The " + entity.kind +
                             " can't be purged while something else refers to it or to what is below it."};
        }
    }
    call.changes.add({entity.kind + ".purged", entity.project_id, entity.kind, entity.id,
                      events::make_patch(json::to_json(entity), "{}")});
    return {};
}

} // namespace bifrost::project
