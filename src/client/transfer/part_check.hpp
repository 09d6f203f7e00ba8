#pragma once
// Whether a part that the store claims to have is really the one of this file. Some S3 servers keep a part
// that was cut off as if it were whole, filled up with zeros (seen with versitygw 1.8.0).

#include <cstdint>
#include <filesystem>
#include <string>

namespace bifrost::client {

/// False when the etag is the MD5 of other bytes than those `length` at `offset` of the file. True for etags
/// of another kind, which tell nothing: the server verifies the whole in the end.
bool may_be_part(const std::filesystem::path& path, std::int64_t offset, std::int64_t length,
                 const std::string& etag);

} // namespace bifrost::client
