#pragma once
// The small picture that Blender keeps in its files.

#include <optional>
#include <string>
#include <string_view>

namespace bifrost::media {

/// The picture in the first bytes of a file of Blender (4 MiB are enough), as a PPM on grey; nothing when
/// they hold none. The block "TEST" holds width, height and RGBA rows from the bottom up (Blender's
/// BLO_thumbnail and, for the heads of blocks up to 4.x and from 5.0 on, BLO_core_bhead.hh).
std::optional<std::string> find_blend_picture(std::string_view bytes);

} // namespace bifrost::media
