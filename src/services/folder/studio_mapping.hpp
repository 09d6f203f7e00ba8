#pragma once
// Where another site (or this one: "home") keeps the same project: its roots on each platform, and its own
// templates.

#include <boost/json/value.hpp>

#include "core/json_reader.hpp"
#include "services/folder/layout.hpp"
#include "services/project/entity.hpp"

namespace bifrost::folder {

/// The mapping with this code is this site's own; it has roots only, its templates are the project's.
constexpr std::string_view kHome = "home";

struct StudioMapping : project::EntityFields {
    Id project_id;
    std::string code;
    std::string label;
    std::string name;
    json::Raw roots;           ///< {root: {linux, macos, windows}}
    json::Raw templates{"[]"}; ///< [{data_type, entity_kind, pattern, root, children}]
};
BOOST_DESCRIBE_STRUCT(StudioMapping, (project::EntityFields),
                      (project_id, code, label, name, roots, templates))

/// Puts its roots and templates over those of `layout`.
Result<> apply_mapping(const StudioMapping& mapping, Layout& layout);

/// Those that aren't archived, by code. Needs project:read.
Result<std::vector<StudioMapping>> list_studio_mappings(database::Tx& tx, const access::Actor& actor,
                                                        std::string_view project);
Result<StudioMapping> get_studio_mapping(database::Tx& tx, const access::Actor& actor, const Id& id);
/// `body`: {code, name?, roots, templates?, metadata?}. Needs project:update. conflict when the code is
/// taken; invalid as templates are. Adds "studio_mapping.created".
Result<StudioMapping> create_studio_mapping(access::Call& call, std::string_view project,
                                            const boost::json::value& body);
/// JSON Merge Patch of name, roots, templates (as a whole), metadata. Adds "studio_mapping.updated".
Result<StudioMapping> update_studio_mapping(access::Call& call, const Id& id, const boost::json::value& patch,
                                            std::optional<std::int64_t> if_revision);
Result<StudioMapping> archive_studio_mapping(access::Call& call, const Id& id,
                                             std::optional<std::int64_t> if_revision);
Result<StudioMapping> restore_studio_mapping(access::Call& call, const Id& id,
                                             std::optional<std::int64_t> if_revision);

} // namespace bifrost::folder
