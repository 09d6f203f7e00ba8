#pragma once
// The small picture that Blender keeps in its files.

#include <filesystem>

#include "core/result.hpp"

namespace bifrost::media {

/// Writes the picture as a PPM on grey; false when the file has none (or is compressed). The block "TEST"
/// holds width, height and RGBA rows from the bottom up (Blender's doc: blenloader, BLO_thumbnail).
Result<bool> extract_blend_picture(const std::filesystem::path& file, const std::filesystem::path& to);

} // namespace bifrost::media
