#pragma once
// Pictures that packages of a scene carry as they are. They are found by the package's own index and cut out;
// nothing is unpacked or decoded here.

#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/result.hpp"

namespace bifrost::media {

/// Where something lies in a file, in bytes.
struct ByteRange {
    std::int64_t offset = 0;
    std::int64_t size = 0;
};

/// Of a USD package (a zip archive without compression; PKWARE APPNOTE 6.3, and the specification of USDZ): a
/// picture named as a thumbnail or preview, else the one that most looks like a surface's colour. Nothing
/// when the index is broken or names none. unavailable when the file can't be read.
Result<std::optional<ByteRange>> find_usdz_picture(const std::filesystem::path& file);

/// Of a binary glTF 2.0 file: the colour of its first material that has a picture inside, else its first
/// picture. Errors as above.
Result<std::optional<ByteRange>> find_glb_picture(const std::filesystem::path& file);

/// Writes these bytes of a file into another. unavailable when a disk refuses.
Result<> cut_out(const std::filesystem::path& from, const ByteRange& range, const std::filesystem::path& to);

} // namespace bifrost::media
