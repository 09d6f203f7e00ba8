#include "media/carried_picture.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace bifrost::media {
namespace {

namespace bj = boost::json;
namespace fs = std::filesystem;
using namespace std::string_view_literals;

constexpr std::int64_t kMostPicture = 256LL << 20;
constexpr std::int64_t kMostIndex = 16LL << 20;

Error unreadable() { return {Errc::unavailable, "The bytes could not be read to look at them."}; }

/// A file that is read in pieces; what lies behind its end is empty.
class Pieces {
  public:
    explicit Pieces(const fs::path& file) : stream_(file, std::ios::binary) {
        if (!stream_) return;
        stream_.seekg(0, std::ios::end);
        size_ = static_cast<std::int64_t>(stream_.tellg());
    }
    [[nodiscard]] bool is_open() const { return static_cast<bool>(stream_); }
    [[nodiscard]] std::int64_t size() const { return size_; }
    [[nodiscard]] bool holds(std::int64_t offset, std::int64_t size) const {
        return offset >= 0 && size >= 0 && offset <= size_ && size <= size_ - offset;
    }
    std::string read(std::int64_t offset, std::int64_t size) {
        if (!holds(offset, size)) return {};
        std::string bytes(static_cast<std::size_t>(size), '\0');
        stream_.clear();
        stream_.seekg(offset);
        stream_.read(bytes.data(), size);
        bytes.resize(static_cast<std::size_t>(stream_.gcount()));
        return bytes;
    }

  private:
    std::ifstream stream_;
    std::int64_t size_ = 0;
};

/// Low byte first, as in zip and glTF.
std::int64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint64_t number = 0;
    for (std::size_t i = size; i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
    return static_cast<std::int64_t>(number);
}

// --- USDZ ------------------------------------------------------------------------------------------------

constexpr std::int64_t kEndRecord = 22;
constexpr std::int64_t kMostComment = 65'535;
constexpr std::size_t kEntry = 46;
constexpr std::int64_t kLocalHeader = 30;

bool holds_one_of(std::string_view name, std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return name.find(word) != std::string_view::npos; });
}

/// How well a file of a package stands for its scene; 0: it is no picture.
int score_of(std::string_view path) {
    const std::string folded = fold_case(path);
    const std::string_view name = std::string_view(folded).substr(folded.rfind('/') + 1);
    constexpr std::array kEndings = {".png"sv, ".jpg"sv, ".jpeg"sv, ".webp"sv, ".exr"sv};
    if (std::none_of(kEndings.begin(), kEndings.end(), [&](auto end) { return name.ends_with(end); }))
        return 0;
    if (holds_one_of(name, {"thumb", "preview"})) return 4;
    if (holds_one_of(name, {"basecolor", "base_color", "albedo", "diffuse", "color", "colour"})) return 3;
    if (holds_one_of(name, {"normal", "rough", "metal", "occlusion", "_ao", "opacity", "displace", "bump"}))
        return 1;
    return 2;
}

struct Entry {
    std::int64_t header = 0; ///< where its local header lies
    std::int64_t size = 0;
    int score = 0;
};

/// The best picture that the archive's index names; score 0 when there is none.
Entry best_entry(std::string_view index, std::int64_t count) {
    Entry best;
    for (std::size_t at = 0; count > 0 && at + kEntry <= index.size(); --count) {
        if (index.substr(at, 4) != "PK\x01\x02"sv) break;
        const std::int64_t flags = number_at(index, at + 8, 2);
        const std::int64_t method = number_at(index, at + 10, 2);
        const std::int64_t packed = number_at(index, at + 20, 4);
        const std::int64_t size = number_at(index, at + 24, 4);
        const auto name = static_cast<std::size_t>(number_at(index, at + 28, 2));
        const auto rest =
            static_cast<std::size_t>(number_at(index, at + 30, 2) + number_at(index, at + 32, 2));
        if (at + kEntry + name > index.size()) break;
        // Neither encrypted nor compressed, as the format demands.
        const bool is_plain = (flags & 1) == 0 && method == 0 && packed == size;
        const int score =
            is_plain && size > 0 && size <= kMostPicture ? score_of(index.substr(at + kEntry, name)) : 0;
        if (score > best.score) best = {number_at(index, at + 42, 4), size, score};
        at += kEntry + name + rest;
    }
    return best;
}

// --- GLB -------------------------------------------------------------------------------------------------

constexpr std::int64_t kGlbHeader = 12;
constexpr std::int64_t kChunkHeader = 8;

const bj::object* object_at(const bj::value& root, std::string_view list, std::int64_t index) {
    const auto* object = root.if_object();
    const auto* found = object != nullptr ? object->if_contains(list) : nullptr;
    const auto* array = found != nullptr ? found->if_array() : nullptr;
    if (array == nullptr || index < 0 || static_cast<std::size_t>(index) >= array->size()) return nullptr;
    return (*array)[static_cast<std::size_t>(index)].if_object();
}

std::int64_t integer_of(const bj::object* object, std::string_view key, std::int64_t otherwise) {
    const auto* value = object != nullptr ? object->if_contains(key) : nullptr;
    return value != nullptr && value->is_int64() ? value->get_int64() : otherwise;
}

const bj::object* member_of(const bj::object* object, std::string_view key) {
    const auto* value = object != nullptr ? object->if_contains(key) : nullptr;
    return value != nullptr ? value->if_object() : nullptr;
}

/// The picture `image` inside of the file's binary chunk, which begins at `start`.
std::optional<ByteRange> range_of_image(const bj::value& root, std::int64_t image, const ByteRange& binary) {
    const auto* view =
        object_at(root, "bufferViews", integer_of(object_at(root, "images", image), "bufferView", -1));
    if (view == nullptr || integer_of(view, "buffer", 0) != 0) return std::nullopt;
    const std::int64_t offset = integer_of(view, "byteOffset", 0);
    const std::int64_t size = integer_of(view, "byteLength", 0);
    if (offset < 0 || size <= 0 || size > kMostPicture || offset > binary.size || size > binary.size - offset)
        return std::nullopt;
    return ByteRange{binary.offset + offset, size};
}

std::optional<ByteRange> picture_of_scene(const bj::value& root, const ByteRange& binary) {
    constexpr std::int64_t kLooked = 1000;
    for (std::int64_t i = 0; i < kLooked; ++i) {
        const auto* material = object_at(root, "materials", i);
        if (material == nullptr) break;
        const auto* colour = member_of(member_of(material, "pbrMetallicRoughness"), "baseColorTexture");
        const auto* texture = object_at(root, "textures", integer_of(colour, "index", -1));
        if (const auto found = range_of_image(root, integer_of(texture, "source", -1), binary)) return found;
    }
    for (std::int64_t i = 0; i < kLooked && object_at(root, "images", i) != nullptr; ++i)
        if (const auto found = range_of_image(root, i, binary)) return found;
    return std::nullopt;
}

} // namespace

Result<std::optional<ByteRange>> find_usdz_picture(const fs::path& file) {
    using Found = std::optional<ByteRange>;
    Pieces pieces(file);
    if (!pieces.is_open()) return unreadable();
    const std::int64_t tail = std::min(pieces.size(), kEndRecord + kMostComment);
    const std::string end = pieces.read(pieces.size() - tail, tail);
    const std::size_t at = end.rfind("PK\x05\x06"sv);
    if (at == std::string::npos || at + static_cast<std::size_t>(kEndRecord) > end.size()) return Found{};
    const std::int64_t size = number_at(end, at + 12, 4);
    if (size > kMostIndex) return Found{};
    const std::string index = pieces.read(number_at(end, at + 16, 4), size);
    const Entry best = best_entry(index, number_at(end, at + 10, 2));
    if (best.score == 0) return Found{};
    const std::string header = pieces.read(best.header, kLocalHeader);
    if (header.size() < static_cast<std::size_t>(kLocalHeader) || !header.starts_with("PK\x03\x04"sv))
        return Found{};
    const ByteRange range{best.header + kLocalHeader + number_at(header, 26, 2) + number_at(header, 28, 2),
                          best.size};
    return pieces.holds(range.offset, range.size) ? Found(range) : Found{};
}

Result<std::optional<ByteRange>> find_glb_picture(const fs::path& file) {
    using Found = std::optional<ByteRange>;
    Pieces pieces(file);
    if (!pieces.is_open()) return unreadable();
    const std::string head = pieces.read(0, kGlbHeader + kChunkHeader);
    if (head.size() < static_cast<std::size_t>(kGlbHeader + kChunkHeader) || !head.starts_with("glTF") ||
        head.substr(16, 4) != "JSON")
        return Found{};
    const std::int64_t words = number_at(head, 12, 4);
    if (words > kMostIndex) return Found{};
    const std::int64_t next = kGlbHeader + kChunkHeader + words;
    const std::string chunk = pieces.read(next, kChunkHeader);
    if (chunk.size() < static_cast<std::size_t>(kChunkHeader) || chunk.substr(4) != "BIN\0"sv) return Found{};
    const ByteRange binary{next + kChunkHeader, number_at(chunk, 0, 4)};
    if (!pieces.holds(binary.offset, binary.size)) return Found{};
    std::string text = pieces.read(kGlbHeader + kChunkHeader, words);
    const auto root = json::parse(text);
    return root ? picture_of_scene(*root, binary) : Found{};
}

Result<> cut_out(const fs::path& from, const ByteRange& range, const fs::path& to) {
    std::ifstream source(from, std::ios::binary);
    std::ofstream target(to, std::ios::binary);
    if (!source.seekg(range.offset)) return unreadable();
    std::vector<char> buffer(1024 * 1024);
    for (std::int64_t left = range.size; left > 0;) {
        source.read(buffer.data(), std::min(left, static_cast<std::int64_t>(buffer.size())));
        if (source.gcount() == 0) return unreadable();
        target.write(buffer.data(), source.gcount());
        left -= source.gcount();
    }
    if (!target.flush()) return Error{Errc::unavailable, "The folder for previews can't be written."};
    return {};
}

} // namespace bifrost::media
