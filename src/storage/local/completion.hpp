#pragma once
// Making an upload's bytes an object, without copying them and so that it can be repeated after a crash at
// any point.

#include "storage/local/object_folder.hpp"
#include "storage/local/upload_file.hpp"

namespace bifrost::storage {

/// Which upload, in which store.
struct CompletedUpload {
    const Descriptor& uploads;
    ObjectFolder& objects;
    const std::string& boot;
    const std::string& key;
    const std::string& upload;
};

/// As `ObjectStore::complete_upload`. The steps: the journal is cut off, the file moves to its place, it
/// becomes read-only. Whoever finds the first or second done reads the bytes to know the parts again.
Result<std::optional<std::string>> complete(const CompletedUpload& of, const std::vector<Part>& parts);

/// As `ObjectStore::list_parts`.
Result<std::vector<Part>> list_parts(const CompletedUpload& of);

} // namespace bifrost::storage
