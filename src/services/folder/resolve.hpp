#pragma once
// Entity → path, many at once.

#include <boost/json/value.hpp>

#include "services/folder/entity_index.hpp"
#include "services/folder/layout.hpp"

namespace bifrost::folder {

constexpr std::size_t kMostItems = 10'000;

struct ResolveItem {
    std::string entity_id; ///< as it came; answers repeat it
    std::string data_type = "published";
    std::optional<Id> version_id;
    std::string representation;
    std::string root;     ///< empty: the template's own
    std::string platform; ///< empty: linux
    std::string task;
    std::string extension;
    std::int64_t workfile = 0;
};

struct ResolvedPath {
    std::string entity_id;
    std::string path;    ///< empty: `error` says why
    std::string pattern; ///< of the representation's files, below the path; empty when there is none
    std::string frames;
    std::string error;
    std::string root;                  ///< where `below` lies
    std::string below;                 ///< the path below its root
    std::vector<std::string> children; ///< folders that belong into the entity's own
};

/// Reads {mapping?, items: [{entity_id, data_type, version_id?, representation?, root?, platform?, task?,
/// workfile?, extension?}]}.
struct ResolveRequest {
    std::string mapping;
    std::vector<ResolveItem> items;
};
Result<ResolveRequest> read_resolve_request(const boost::json::value& body);

/// In the order of the items; what one lacks is its own error. Needs project:read.
Result<std::vector<ResolvedPath>> resolve_paths(database::Tx& tx, const access::Actor& actor,
                                                std::string_view project, const ResolveRequest& request,
                                                const std::string& projects_root);

} // namespace bifrost::folder
