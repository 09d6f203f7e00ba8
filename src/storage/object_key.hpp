#pragma once
// What may stand in the key of an object. Keys become paths, so nothing else may reach a disk.

#include <string_view>

namespace bifrost::storage {

/// True for 1 to 512 characters [a-z0-9_-] in segments of at most 128 that single slashes part. Dots can't
/// stand in a key, so that none leaves its folder and none is hidden.
bool is_object_key(std::string_view key);

} // namespace bifrost::storage
