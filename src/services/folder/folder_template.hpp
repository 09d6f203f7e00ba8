#pragma once
// The templates of a project as people see and change them.

#include <boost/json/value.hpp>

#include "core/json_reader.hpp"
#include "services/folder/layout.hpp"
#include "services/project/entity.hpp"

namespace bifrost::folder {

struct FolderTemplate {
    std::optional<Id> id; ///< nothing: it ships, and nobody has put another in its stead
    std::optional<Timestamp> created_at;
    std::optional<Id> created_by;
    std::optional<Timestamp> updated_at;
    std::optional<Id> updated_by;
    std::int64_t revision = 0; ///< 0 of what ships
    json::Raw metadata;
    std::optional<Timestamp> archived_at;
    Id project_id;
    std::string data_type;   ///< work, published, cache, render, deliverable
    std::string entity_kind; ///< project, episode, sequence, shot, asset
    std::string root;
    std::string pattern;
    json::Raw children{"[]"}; ///< relative paths
};
BOOST_DESCRIBE_STRUCT(FolderTemplate, (),
                      (id, created_at, created_by, updated_at, updated_by, revision, metadata, archived_at,
                       project_id, data_type, entity_kind, root, pattern, children))

/// A row as what works; an error is a bug, since rows were checked when they were saved.
Result<Template> parse_stored(const FolderTemplate& stored);
/// Reads {pattern, root?, children?} into `target`, whose data type and kind are known, and checks it by
/// itself.
void read_template(json::Reader& reader, Template& target, bool required);
/// The 422 or 409 for a set in which templates meet; nothing when it is sound.
Result<> check_set(const TemplateSet& set);

/// Those that hold, shipped ones among them, by data type and kind. Needs project:read.
Result<std::vector<FolderTemplate>> list_folder_templates(database::Tx& tx, const access::Actor& actor,
                                                          std::string_view project);
Result<FolderTemplate> get_folder_template(database::Tx& tx, const access::Actor& actor, const Id& id);
/// `body`: {data_type, entity_kind, pattern, root?, children?, metadata?}: from now on it holds in the stead
/// of the one that ships. Needs project:update. conflict when the project has one already; invalid when it
/// can't be read back, leaves the root, or meets another. Adds "folder_template.created".
Result<FolderTemplate> create_folder_template(access::Call& call, std::string_view project,
                                              const boost::json::value& body);
/// JSON Merge Patch of pattern, root, children, metadata. Adds "folder_template.updated".
Result<FolderTemplate> update_folder_template(access::Call& call, const Id& id,
                                              const boost::json::value& patch,
                                              std::optional<std::int64_t> if_revision);
/// The one that ships holds again. conflict when that one would meet another of the project's.
Result<FolderTemplate> archive_folder_template(access::Call& call, const Id& id,
                                               std::optional<std::int64_t> if_revision);
Result<FolderTemplate> restore_folder_template(access::Call& call, const Id& id,
                                               std::optional<std::int64_t> if_revision);

} // namespace bifrost::folder
