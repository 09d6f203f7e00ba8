#include "media/blend_file.hpp"

#include <cstdint>

namespace bifrost::media {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::uint64_t kMostEdge = 1024;
constexpr unsigned kGrey = 0x60;

/// How the head of a block is laid out: code first, then these at their places.
struct Layout {
    std::size_t file_header = kHeader;
    std::size_t block_header = 0;
    std::size_t size_at = 4;
    std::size_t size_bytes = 4;
    bool big = false;
};

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size, bool big) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < size; ++i)
        number = number << 8 | static_cast<unsigned char>(bytes[at + (big ? i : size - 1 - i)]);
    return number;
}

Layout layout_of(std::string_view bytes) {
    Layout layout;
    // "BLENDER17-01v0500": the length of the file's own head stands there, and blocks have wide sizes.
    if (bytes[7] >= '0' && bytes[7] <= '9') {
        layout.file_header = static_cast<std::size_t>((bytes[7] - '0') * 10 + (bytes[8] - '0'));
        layout.block_header = 32;
        layout.size_at = 16;
        layout.size_bytes = 8;
        return layout;
    }
    layout.block_header = bytes[7] == '-' ? 24 : 20;
    layout.big = bytes[8] == 'V';
    return layout;
}

std::string to_ppm(std::string_view rows, std::size_t width, std::size_t height) {
    std::string ppm = "P6\n" + std::to_string(width) + " " + std::to_string(height) + "\n255\n";
    for (std::size_t row = height; row-- > 0;)
        for (std::size_t x = 0; x < width; ++x) {
            const std::size_t pixel = (row * width + x) * 4;
            const unsigned alpha = static_cast<unsigned char>(rows[pixel + 3]);
            for (std::size_t band = 0; band < 3; ++band) {
                const unsigned value = static_cast<unsigned char>(rows[pixel + band]);
                ppm += static_cast<char>((value * alpha + kGrey * (255 - alpha)) / 255);
            }
        }
    return ppm;
}

} // namespace

std::optional<std::string> find_blend_picture(std::string_view bytes) {
    if (bytes.size() < kHeader || !bytes.starts_with("BLENDER")) return std::nullopt;
    const Layout layout = layout_of(bytes);
    const std::size_t head = layout.block_header;
    for (std::size_t at = layout.file_header; at + head <= bytes.size();) {
        const std::string_view code = bytes.substr(at, 4);
        if (code == "ENDB") break;
        const std::uint64_t size = number_at(bytes, at + layout.size_at, layout.size_bytes, layout.big);
        if (size > bytes.size() - at - head) break;
        if (code == "TEST") {
            if (size < 8) break;
            const std::uint64_t width = number_at(bytes, at + head, 4, layout.big);
            const std::uint64_t height = number_at(bytes, at + head + 4, 4, layout.big);
            if (width == 0 || height == 0 || width > kMostEdge || height > kMostEdge) break;
            if (width * height * 4 > size - 8) break;
            return to_ppm(bytes.substr(at + head + 8, width * height * 4), width, height);
        }
        at += head + size;
    }
    return std::nullopt;
}

} // namespace bifrost::media
