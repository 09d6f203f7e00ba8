#pragma once
// The sha256 of a stored object, read once with a buffer of 1 MiB whatever its size.

#include <functional>

#include "storage/object_store.hpp"

namespace bifrost::storage {

struct ObjectHash {
    std::string sha256; ///< 64 lower-case hex digits
    std::int64_t size = 0;
};

/// Reads the whole object. `progress` (may be empty) is told the bytes read so far after each MiB; an error
/// from it stops the reading and is returned. not_found when there is no such object.
Result<ObjectHash> hash_object(ObjectStore& store, const std::string& key,
                               const std::function<Result<>(std::int64_t done)>& progress = {});

} // namespace bifrost::storage
