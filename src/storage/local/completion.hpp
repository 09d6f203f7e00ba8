#pragma once
// Making an upload's bytes an object, without copying them and so that it can be repeated after a crash at
// any point.

#include "storage/local/object_folder.hpp"
#include "storage/local/upload_folder.hpp"

namespace bifrost::storage {

/// As `ObjectStore::complete_upload`. The order makes it repeatable: the journal says "complete" first, and
/// whoever comes later finds the bytes either still in the upload's folder or in their place.
Result<std::optional<std::string>> complete(const UploadFolder& folder, ObjectFolder& objects,
                                            const std::string& boot, const std::vector<Part>& parts);

} // namespace bifrost::storage
