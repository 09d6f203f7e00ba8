#include "media/media_format.hpp"

#include <array>
#include <fstream>

namespace bifrost::media {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kHead = 4096;

struct Magic {
    std::size_t offset;
    std::string_view bytes;
    MediaKind kind;
    std::string_view name;
};

constexpr std::array kMagics = {
    Magic{0, "\x89PNG\r\n\x1a\n"sv, MediaKind::image, "png"},
    Magic{0, "\xff\xd8\xff"sv, MediaKind::image, "jpeg"},
    Magic{0, "GIF87a"sv, MediaKind::image, "gif"},
    Magic{0, "GIF89a"sv, MediaKind::image, "gif"},
    Magic{0, "II*\0"sv, MediaKind::image, "tiff"},
    Magic{0, "MM\0*"sv, MediaKind::image, "tiff"},
    Magic{0, "II+\0"sv, MediaKind::image, "tiff"},
    Magic{0, "MM\0+"sv, MediaKind::image, "tiff"},
    Magic{8, "WEBP"sv, MediaKind::image, "webp"},
    Magic{0, "8BPS"sv, MediaKind::image, "psd"},
    Magic{0, "\x76\x2f\x31\x01"sv, MediaKind::image, "exr"},
    Magic{0, "#?RADIANCE"sv, MediaKind::image, "hdr"},
    Magic{0, "#?RGBE"sv, MediaKind::image, "hdr"},
    Magic{0, "SDPX"sv, MediaKind::image, "dpx"},
    Magic{0, "XPDS"sv, MediaKind::image, "dpx"},
    Magic{4, "ftypavif"sv, MediaKind::image, "avif"},
    Magic{4, "ftypheic"sv, MediaKind::image, "heic"},
    Magic{4, "ftypmif1"sv, MediaKind::image, "heic"},
    Magic{4, "ftypqt  "sv, MediaKind::movie, "mov"},
    Magic{4, "ftypM4A"sv, MediaKind::sound, "m4a"},
    Magic{4, "ftyp"sv, MediaKind::movie, "mp4"},
    Magic{4, "moov"sv, MediaKind::movie, "mov"},
    Magic{4, "mdat"sv, MediaKind::movie, "mov"},
    Magic{4, "wide"sv, MediaKind::movie, "mov"},
    Magic{0, "\x06\x0e\x2b\x34"sv, MediaKind::movie, "mxf"},
    Magic{0, "\x1a\x45\xdf\xa3"sv, MediaKind::movie, "mkv"},
    Magic{8, "AVI "sv, MediaKind::movie, "avi"},
    Magic{8, "WAVE"sv, MediaKind::sound, "wav"},
    Magic{0, "fLaC"sv, MediaKind::sound, "flac"},
    Magic{0, "OggS"sv, MediaKind::sound, "ogg"},
    Magic{0, "ID3"sv, MediaKind::sound, "mp3"},
    Magic{8, "AIFF"sv, MediaKind::sound, "aiff"},
    Magic{8, "AIFC"sv, MediaKind::sound, "aiff"},
    Magic{0, "BLENDER"sv, MediaKind::scene, "blend"},
    // Blender packs its files with either; what is in them shows only when they are unpacked.
    Magic{0, "\x1f\x8b\x08"sv, MediaKind::scene, "gzip"},
    Magic{0, "\x28\xb5\x2f\xfd"sv, MediaKind::scene, "zstd"},
    Magic{0, "glTF\x02\0\0\0"sv, MediaKind::scene, "glb"},
};

/// Bytes at a place as a number, high byte first; 0 behind the end.
std::int64_t number_at(std::string_view head, std::size_t offset, std::size_t size) {
    if (head.size() < offset + size) return 0;
    std::uint64_t number = 0;
    for (const char c : head.substr(offset, size)) number = number << 8 | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(number);
}

std::int64_t low_first(std::string_view head, std::size_t offset, std::size_t size) {
    std::int64_t number = 0;
    for (std::size_t i = size; i-- > 0;)
        number = number << 8 | static_cast<unsigned char>(offset + i < head.size() ? head[offset + i] : 0);
    return number;
}

bool is_svg(std::string_view head) {
    while (!head.empty() && (head.front() == ' ' || head.front() == '\n' || head.front() == '\r' ||
                             head.front() == '\t' || static_cast<unsigned char>(head.front()) >= 0xbb))
        head.remove_prefix(1); // a byte order mark too
    return head.starts_with('<') && head.find("<svg") != std::string_view::npos;
}

/// A zip archive whose first file is a layer of USD, as the format demands.
bool is_usdz(std::string_view head) {
    constexpr std::size_t kName = 30;
    if (!head.starts_with("PK\x03\x04") || head.size() < kName) return false;
    const auto length = static_cast<std::size_t>(low_first(head, 26, 2));
    const std::string_view name = head.substr(kName, length);
    return name.ends_with(".usdc") || name.ends_with(".usda") || name.ends_with(".usd");
}

void find_size(std::string_view head, MediaFormat& format) {
    if (format.name == "png") {
        format.width = number_at(head, 16, 4);
        format.height = number_at(head, 20, 4);
    } else if (format.name == "psd") {
        format.height = number_at(head, 14, 4);
        format.width = number_at(head, 18, 4);
    } else if (format.name == "gif") {
        format.width = low_first(head, 6, 2);
        format.height = low_first(head, 8, 2);
    }
}

} // namespace

MediaFormat detect_format(std::string_view head) {
    MediaFormat format;
    for (const Magic& magic : kMagics) {
        if (head.size() < magic.offset || !head.substr(magic.offset).starts_with(magic.bytes)) continue;
        if (magic.offset == 8 && !head.starts_with("RIFF") && !head.starts_with("FORM") &&
            !head.starts_with("RF64"))
            continue;
        format.kind = magic.kind;
        format.name = magic.name;
        find_size(head, format);
        return format;
    }
    if (is_svg(head)) return {MediaKind::image, "svg"};
    if (is_usdz(head)) return {MediaKind::scene, "usdz"};
    return format;
}

Result<std::string> read_head(const std::filesystem::path& file, std::size_t most) {
    std::ifstream stream(file, std::ios::binary);
    std::string head(most, '\0');
    if (!stream) return Error{Errc::unavailable, "The bytes could not be read to look at them."};
    stream.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(stream.gcount()));
    return head;
}

Result<MediaFormat> detect_format(const std::filesystem::path& file) {
    BIFROST_ASSIGN(const std::string head, read_head(file, kHead));
    return detect_format(std::string_view(head));
}

std::pair<std::int64_t, std::int64_t> webp_size(std::string_view head) {
    if (head.size() < 30 || head.substr(8, 4) != "WEBP") return {0, 0};
    const std::string_view chunk = head.substr(12, 4);
    if (chunk == "VP8X") return {low_first(head, 24, 3) + 1, low_first(head, 27, 3) + 1};
    if (chunk == "VP8 ") return {low_first(head, 26, 2) & 0x3fff, low_first(head, 28, 2) & 0x3fff};
    if (chunk != "VP8L") return {0, 0};
    const std::int64_t bits = low_first(head, 21, 4);
    return {(bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1};
}

} // namespace bifrost::media
