#pragma once
// What tasks are made of: departments, task types and templates. Those without a project are the site's.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "access/call.hpp"
#include "core/json_writer.hpp"

namespace bifrost::task {

struct CatalogFields {
    Id id;
    Timestamp created_at;
    std::optional<Id> created_by;
    Timestamp updated_at;
    std::optional<Id> updated_by;
    std::int64_t revision = 1;
    std::optional<Timestamp> archived_at;
};
BOOST_DESCRIBE_STRUCT(CatalogFields, (),
                      (id, created_at, created_by, updated_at, updated_by, revision, archived_at))

struct Department : CatalogFields {
    std::string code;
    std::string name;
    std::string colour;
    std::int64_t order = 0;
};
BOOST_DESCRIBE_STRUCT(Department, (CatalogFields), (code, name, colour, order))

struct TaskType : CatalogFields {
    std::optional<Id> project_id;
    std::string code;
    std::string name;
    std::string colour;
    std::optional<Id> department_id;
    std::optional<std::string> department; ///< its code
    json::Raw applies_to{"[]"};            ///< kinds; none: all that tasks hang under
    json::Raw depends_on{"[]"};            ///< codes of other types
    std::int64_t order = 0;
};
BOOST_DESCRIBE_STRUCT(TaskType, (CatalogFields),
                      (project_id, code, name, colour, department_id, department, applies_to, depends_on,
                       order))

struct TaskTemplate : CatalogFields {
    std::optional<Id> project_id;
    std::string code;
    std::string name;
    std::string entity_kind;
    std::optional<std::string> asset_type; ///< nothing: every type
    json::Raw items{"[]"};                 ///< [{task_type, name?, bid_minutes?}]
};
BOOST_DESCRIBE_STRUCT(TaskTemplate, (CatalogFields), (project_id, code, name, entity_kind, asset_type, items))

/// T is Department, TaskType or TaskTemplate. Lists: those of the site and, with `project` (id or code),
/// those of this project; without, of every project that the actor sees. Archived ones only when asked for.
template <class T>
Result<std::vector<T>> list_catalog(database::Tx& tx, const access::Actor& actor, std::string_view project,
                                    bool archived);
/// not_found when it isn't there or belongs to a project that the actor may not see.
template <class T>
Result<T> get_catalog(database::Tx& tx, const access::Actor& actor, const Id& id);
/// `body`: the members of T that people set, and `project_id` (nothing: for the site, which administrators
/// may). In a project it takes workflow:manage. conflict when the code is taken. Adds "<kind>.created".
template <class T>
Result<T> create_catalog(access::Call& call, const boost::json::value& body);
/// JSON Merge Patch; project and (of templates) entity kind stay. Adds "<kind>.updated".
template <class T>
Result<T> update_catalog(access::Call& call, const Id& id, const boost::json::value& patch,
                         std::optional<std::int64_t> if_revision);
/// Archived ones are offered to nobody any more; what was made of them stays.
template <class T>
Result<T> archive_catalog(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision);
template <class T>
Result<T> restore_catalog(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision);

/// Every task type that may be used in the project by its code, the project's own before the site's.
Result<std::vector<TaskType>> usable_types(database::Tx& tx, const Id& project_id);

/// The kinds that tasks hang under.
const std::vector<std::string_view>& task_owner_kinds();

} // namespace bifrost::task
