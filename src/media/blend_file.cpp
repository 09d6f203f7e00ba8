#include "media/blend_file.hpp"

#include <cstdint>
#include <fstream>

#include "media/media_format.hpp"

namespace bifrost::media {
namespace {

constexpr std::size_t kLooked = 4 * 1024 * 1024; // it is among the first blocks
constexpr std::size_t kHeader = 12;
constexpr std::uint64_t kMostEdge = 1024;
constexpr unsigned kGrey = 0x60;

std::uint64_t number_at(const std::string& bytes, std::size_t at, bool big) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const auto byte = static_cast<unsigned char>(bytes[at + (big ? i : 3 - i)]);
        number = number << 8 | byte;
    }
    return number;
}

std::string to_ppm(const std::string& bytes, std::size_t at, std::size_t width, std::size_t height) {
    std::string ppm = "P6\n" + std::to_string(width) + " " + std::to_string(height) + "\n255\n";
    for (std::size_t row = height; row-- > 0;)
        for (std::size_t x = 0; x < width; ++x) {
            const std::size_t pixel = at + (row * width + x) * 4;
            const unsigned alpha = static_cast<unsigned char>(bytes[pixel + 3]);
            for (std::size_t band = 0; band < 3; ++band) {
                const unsigned value = static_cast<unsigned char>(bytes[pixel + band]);
                ppm += static_cast<char>((value * alpha + kGrey * (255 - alpha)) / 255);
            }
        }
    return ppm;
}

} // namespace

Result<bool> extract_blend_picture(const std::filesystem::path& file, const std::filesystem::path& to) {
    BIFROST_ASSIGN(const std::string bytes, read_head(file, kLooked));
    if (bytes.size() < kHeader || !bytes.starts_with("BLENDER")) return false;
    const std::size_t pointer = bytes[7] == '-' ? 8 : 4;
    const bool big = bytes[8] == 'V';
    // Blocks: code, size, address, index, count, then the bytes.
    const std::size_t head = 16 + pointer;
    for (std::size_t at = kHeader; at + head <= bytes.size();) {
        const std::uint64_t size = number_at(bytes, at + 4, big);
        if (bytes.compare(at, 4, "TEST") == 0) {
            if (at + head + 8 > bytes.size()) return false;
            const std::uint64_t width = number_at(bytes, at + head, big);
            const std::uint64_t height = number_at(bytes, at + head + 4, big);
            if (width == 0 || height == 0 || width > kMostEdge || height > kMostEdge) return false;
            if (at + head + 8 + width * height * 4 > bytes.size()) return false;
            const std::string ppm = to_ppm(bytes, at + head + 8, width, height);
            std::ofstream stream(to, std::ios::binary);
            stream.write(ppm.data(), static_cast<std::streamsize>(ppm.size()));
            if (!stream.flush()) return Error{Errc::unavailable, "The folder for previews can't be written."};
            return true;
        }
        if (bytes.compare(at, 4, "ENDB") == 0) break;
        at += head + size;
    }
    return false;
}

} // namespace bifrost::media
