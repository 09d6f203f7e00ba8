#pragma once
// What bytes are, by their first ones: names lie.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace bifrost::media {

enum class MediaKind { none, image, movie, sound, scene };

struct MediaFormat {
    MediaKind kind = MediaKind::none;
    std::string name; ///< png, exr, mov, …; empty when it isn't known
    /// The picture's size when the first bytes say it, to refuse what can't be meant; else 0.
    std::int64_t width = 0;
    std::int64_t height = 0;
};

/// By the first bytes of a file (4 KiB are enough). Formats: PNG (RFC 2083), JPEG, GIF, TIFF 6, WebP, PSD,
/// EXR, Radiance, DPX (SMPTE 268M), SVG, ISO base media (ftyp), MXF (SMPTE 377), Matroska, RIFF (WAV, AVI),
/// AIFF, FLAC, Ogg, MP3, Blender (also in gzip, RFC 1952, and Zstandard, RFC 8878), USDZ, binary glTF 2.0.
MediaFormat detect_format(std::string_view head);
/// Reads them. unavailable when the file can't be read.
Result<MediaFormat> detect_format(const std::filesystem::path& file);

/// Width and height of a WebP file's head (RFC 9649); {0, 0} when it is none.
std::pair<std::int64_t, std::int64_t> webp_size(std::string_view head);

/// The first bytes of a file, at most `most`.
Result<std::string> read_head(const std::filesystem::path& file, std::size_t most);

} // namespace bifrost::media
