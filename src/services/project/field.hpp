#pragma once
// Field definitions: what a project keeps in the metadata of its entities, and who sees and changes it.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "access/call.hpp"
#include "core/json_writer.hpp"

namespace bifrost::project {

struct Field {
    Id id;
    std::optional<Id> project_id; ///< nothing: of every project
    std::string entity_kind;      ///< project, episode, sequence, shot, asset
    std::string key;              ///< in metadata
    std::string name;
    std::string description;
    std::string type; ///< text, integer, number, boolean, date, choice, choices
    json::Raw choices{"[]"};
    json::Raw default_value{"null"};
    bool required = false;
    bool inherits = false;       ///< without a value of its own it has that of what it lies under
    json::Raw visible_to{"[]"};  ///< project roles; none: whoever may see the entity
    json::Raw editable_by{"[]"}; ///< project roles; none: whoever may change the entity
    std::int64_t order = 0;
    Timestamp created_at;
    std::optional<Id> created_by;
    Timestamp updated_at;
    std::optional<Id> updated_by;
    std::int64_t revision = 1;
    std::optional<Timestamp> archived_at;
};
BOOST_DESCRIBE_STRUCT(Field, (),
                      (id, project_id, entity_kind, key, name, description, type, choices, default_value,
                       required, inherits, visible_to, editable_by, order, created_at, created_by, updated_at,
                       updated_by, revision, archived_at))

/// Whether someone with this role (administrators: nothing asked) sees or changes a field.
bool sees_field(const access::Actor& actor, const Field& field, const Id& project_id);
bool changes_field(const access::Actor& actor, const Field& field, const Id& project_id);

/// The fields that hold in a project: its own and the site's (its own go before those of the same kind and
/// key), as far as the actor sees them, by kind and order. `archived`: those too.
Result<std::vector<Field>> list_fields(database::Tx& tx, const access::Actor& actor, std::string_view project,
                                       bool archived);
Result<Field> get_field(database::Tx& tx, const access::Actor& actor, const Id& id);

/// `body`: {entity_kind, key, name?, type, description?, choices?, default_value?, required?, inherits?,
/// visible_to?, editable_by?, order?}. conflict when the kind has the key already. Needs project:update;
/// without a project (the site's) project:create of the site. Adds "field.created".
Result<Field> create_field(access::Call& call, std::optional<std::string_view> project,
                           const boost::json::value& body);
/// JSON Merge Patch; entity_kind, key and type stay. Adds "field.updated".
Result<Field> update_field(access::Call& call, const Id& id, const boost::json::value& patch,
                           std::optional<std::int64_t> if_revision);
/// An archived field binds nobody; its values stay where they are.
Result<Field> archive_field(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision);
Result<Field> restore_field(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision);

/// A field's value for an entity and where it comes from.
struct FieldValue {
    Id field_id;
    std::string key;
    std::string name;
    std::string type;
    json::Raw value{"null"};
    std::string from; ///< the kind that it is set on, "default", or empty when there is none
    std::optional<Id> from_id;
    bool editable = false; ///< by who asks
};
BOOST_DESCRIBE_STRUCT(FieldValue, (), (field_id, key, name, type, value, from, from_id, editable))

/// The values of an entity's fields that the actor sees: its own, else, for those that inherit, that of the
/// sequence, the episode, the project it lies under, else the default. not_found as the entity.
Result<std::vector<FieldValue>> list_field_values(database::Tx& tx, const access::Actor& actor,
                                                  std::string_view kind, const Id& id);

/// What a write does to an entity's metadata.
struct MetadataChange {
    std::string_view kind;
    Id project_id;
    std::optional<Id> parent_id; ///< of a new one: where values may be inherited from
    json::Raw before;            ///< {} of a new one
    bool is_new = false;
    const boost::json::value* patch = nullptr; ///< the `metadata` of the request, where there is one
};
/// The `metadata` of a body, or nullptr.
const boost::json::value* metadata_in(const boost::json::value& body);
/// The definitions that bind a kind in a project, by key.
using FieldRules = std::map<std::string, Field>;
Result<FieldRules> load_rules(database::Tx& tx, const Id& project_id, std::string_view kind);

/// Checks the values that differ: invalid ("/metadata/key") for what is no value of its field or is missing,
/// forbidden for fields that the actor may not change. Where the whole metadata goes, what the actor may not
/// change stays. Gives the metadata to be stored.
Result<json::Raw> check_metadata(access::Call& call, const MetadataChange& change, const json::Raw& after);
/// The same for many entities of one kind.
Result<json::Raw> check_metadata(access::Call& call, const FieldRules& rules, const MetadataChange& change,
                                 const json::Raw& after);

/// Keys of metadata that somebody doesn't see, by project and kind; for answers, events and tables. Of the
/// kind "field" they are the ids of the definitions, whose events tell of them.
using HiddenKeys = std::map<Id, std::map<std::string, std::set<std::string>, std::less<>>>;
/// Fields that not everybody sees, of all projects.
Result<std::vector<Field>> list_restricted_fields(database::Tx& tx);
/// Those of `restricted` that the actor doesn't see, in the projects that it is a member of.
HiddenKeys hidden_keys(const access::Actor& actor, const std::vector<Field>& restricted);

} // namespace bifrost::project
