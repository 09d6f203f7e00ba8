#pragma once
// The entity table: what every kind has in common, and the rules that hold for all of them.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/call.hpp"
#include "core/json_writer.hpp"

namespace bifrost::project {

/// The common fields; kinds inherit them, and their SQL selects kEntityColumns first.
struct EntityFields {
    Id id;
    Timestamp created_at;
    std::optional<Id> created_by;
    Timestamp updated_at;
    std::optional<Id> updated_by;
    std::int64_t revision = 1;
    json::Raw metadata;
    std::optional<Timestamp> archived_at;
};
BOOST_DESCRIBE_STRUCT(EntityFields, (),
                      (id, created_at, created_by, updated_at, updated_by, revision, metadata, archived_at))

/// A row of the entity table.
struct Entity : EntityFields {
    std::string kind;
    Id project_id;
    std::optional<Id> parent_id;
    std::optional<std::string> code;
    std::optional<std::string> label;
};
BOOST_DESCRIBE_STRUCT(Entity, (EntityFields), (kind, project_id, parent_id, code, label))

struct NewEntity {
    Id id = Id::make();
    std::string kind;
    std::optional<Id> project_id; ///< nothing for a project: it is its own
    std::optional<Id> parent_id;
    std::optional<std::string> typed_code; ///< as typed; folded to the code, kept as the label
    json::Raw metadata;
};

/// Inserts the common row; a taken code is a conflict when the transaction's next query or COMMIT runs (see
/// code_conflict). Its event is the caller's to add.
Result<EntityFields> insert_entity(access::Call& call, const NewEntity& entity);
/// Turns the violation of "one code among the children of one parent" into a sentence; other errors stay.
Error code_conflict(Error error, std::string_view code);

Result<std::optional<Entity>> find_entity(database::Tx& tx, const Id& id);
/// not_found when it isn't there, is of another kind or in a project that the actor may not see.
Result<Entity> get_visible_entity(database::Tx& tx, const access::Actor& actor, const Id& id,
                                  std::string_view kind);

/// What a change does to the common fields.
struct EntityChange {
    std::optional<std::int64_t> if_revision; ///< stale_revision unless it is the current one
    std::optional<std::string> typed_code;
    std::optional<json::Raw> metadata;
};
/// Locks the row, checks the revision, raises it by one. The row as it is now. conflict while it is archived.
Result<Entity> touch_entity(access::Call& call, const Id& id, const EntityChange& change);
/// Sets or clears archived_at and raises the revision; without effect when it is so already. Adds
/// "<kind>.archived"/".restored".
Result<Entity> archive_entity(access::Call& call, const Entity& entity,
                              std::optional<std::int64_t> if_revision);
Result<Entity> restore_entity(access::Call& call, const Entity& entity,
                              std::optional<std::int64_t> if_revision);
/// Removes an archived entity with everything below it, for ever: conflict while it is not archived or
/// something outside still refers to it. Adds "<kind>.purged".
Result<> purge_entity(access::Call& call, const Entity& entity);

} // namespace bifrost::project
