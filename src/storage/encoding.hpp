#pragma once
// Numbers and hashes as URLs, headers and S3 write them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bifrost::storage {

/// Reads a decimal number of at most 18 digits, without sign or spaces.
std::optional<std::int64_t> parse_decimal(std::string_view text);

/// RFC 4648, 4 (with padding) of a sha256 given in hex, as `x-amz-checksum-sha256` carries it.
std::string base64_of_hex(std::string_view hex);
/// The other way; nothing when it isn't the base64 of 32 bytes.
std::optional<std::string> sha256_hex_of_base64(std::string_view base64);

/// The value of Content-Disposition for an object of this name and media type: shown in place when it is of a
/// kind that can do no harm there, saved otherwise, because anyone may have uploaded it. Empty without a
/// name.
std::string content_disposition(std::string_view file_name, std::string_view media_type);

} // namespace bifrost::storage
