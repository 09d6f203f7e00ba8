#pragma once
// Making the folders of entities on the shared file system.

#include <boost/json/value.hpp>

#include "services/folder/disk.hpp"
#include "services/folder/resolve.hpp"

namespace bifrost::folder {

struct CreateRequest {
    ResolveRequest wanted; ///< one item an entity and data type
    bool dry_run = false;
};
/// Reads {items: [{entity_id, data_types?}], dry_run?}: all data types when none is named, at most 10,000
/// folders.
Result<CreateRequest> read_create_request(const boost::json::value& body);

struct MadeFolder {
    std::string entity_id;
    std::string data_type;
    std::string path; ///< as on this site's Linux machines
    int made = 0;     ///< folders that were not there, those above and the children among them
    std::string error;
};

/// Makes each entity's folder with its children; what is there stays. What can't be made is its own error.
/// Needs version:create. Adds "folder.created" when there was something to make. conflict when this server
/// has no shared file system.
Result<std::vector<MadeFolder>> create_folders(database::Database& database, const access::Actor& actor,
                                               std::string_view project, const CreateRequest& request,
                                               const std::string& projects_root);

} // namespace bifrost::folder
