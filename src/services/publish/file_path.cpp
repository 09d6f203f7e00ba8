#include "services/publish/file_path.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"

namespace bifrost::publish {
namespace {

constexpr std::size_t kMostBytes = 1024;
constexpr std::size_t kMostInSegment = 255; // NAME_MAX everywhere

struct Ending {
    std::string_view ending;
    std::string_view media_type;
};

// IANA's names where there are some; the others as the programs that write them call them.
constexpr std::array kEndings = std::to_array<Ending>({
    {"abc", "application/vnd.alembic"},
    {"aif", "audio/aiff"},
    {"aiff", "audio/aiff"},
    {"avi", "video/x-msvideo"},
    {"bin", "application/octet-stream"},
    {"blend", "application/x-blender"},
    {"bmp", "image/bmp"},
    {"csv", "text/csv"},
    {"cube", "text/plain"},
    {"dpx", "image/x-dpx"},
    {"edl", "text/plain"},
    {"exr", "image/x-exr"},
    {"fbx", "application/x-fbx"},
    {"flac", "audio/flac"},
    {"gif", "image/gif"},
    {"glb", "model/gltf-binary"},
    {"gltf", "model/gltf+json"},
    {"hdr", "image/vnd.radiance"},
    {"heic", "image/heic"},
    {"hip", "application/x-houdini"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"json", "application/json"},
    {"ma", "application/x-maya-ascii"},
    {"mb", "application/x-maya-binary"},
    {"md", "text/markdown"},
    {"mkv", "video/x-matroska"},
    {"mov", "video/quicktime"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"mtl", "model/mtl"},
    {"mtlx", "application/x-materialx+xml"},
    {"nk", "application/x-nuke"},
    {"obj", "model/obj"},
    {"ogg", "audio/ogg"},
    {"otio", "application/x-otio+json"},
    {"pdf", "application/pdf"},
    {"ply", "model/ply"},
    {"png", "image/png"},
    {"psd", "image/vnd.adobe.photoshop"},
    {"py", "text/x-python"},
    {"stl", "model/stl"},
    {"svg", "image/svg+xml"},
    {"tga", "image/x-tga"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"tx", "image/tiff"},
    {"txt", "text/plain"},
    {"usd", "model/vnd.usd"},
    {"usda", "model/vnd.usda"},
    {"usdc", "model/vnd.usdc"},
    {"usdz", "model/vnd.usdz+zip"},
    {"vdb", "application/x-openvdb"},
    {"wav", "audio/wav"},
    {"webm", "video/webm"},
    {"webp", "image/webp"},
    {"xml", "application/xml"},
    {"yaml", "application/yaml"},
    {"yml", "application/yaml"},
    {"zip", "application/zip"},
});

// Looked up by halving.
static_assert(std::is_sorted(kEndings.begin(), kEndings.end(),
                             [](const Ending& a, const Ending& b) { return a.ending < b.ending; }));

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Names that open a device on Windows, whatever ending follows.
bool is_device_name(std::string_view segment) {
    const std::string stem = fold_case(segment.substr(0, segment.find('.')));
    if (stem == "con" || stem == "prn" || stem == "aux" || stem == "nul") return true;
    const std::string_view front = std::string_view(stem).substr(0, 3);
    return stem.size() == 4 && (front == "com" || front == "lpt") && stem[3] >= '1' && stem[3] <= '9';
}

std::optional<std::string> segment_fault(std::string_view segment) {
    if (segment.empty()) return "must not begin or end with '/' or have two of them together";
    if (segment == "." || segment == "..") return "must not have '.' or '..' as a part";
    if (segment.size() > kMostInSegment) return "has a part of more than 255 bytes";
    if (is_device_name(segment))
        return "has the part '" + std::string(segment) + "', a name that Windows keeps for a device";
    return std::nullopt;
}

} // namespace

std::optional<std::string> path_fault(std::string_view path) {
    if (path.empty()) return "must not be empty";
    if (path.size() > kMostBytes) return "is longer than 1024 bytes";
    if (!is_utf8(path) || has_control_characters(path)) return "must not hold control characters";
    if (path.find('\\') != std::string_view::npos)
        return "must not hold a backslash; parts are separated by '/'";
    if (path.front() == '/') return "must be relative";
    if (path.size() > 1 && is_letter(path[0]) && path[1] == ':') return "must not begin with a drive letter";
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t slash = std::min(path.find('/', at), path.size());
        if (auto fault = segment_fault(path.substr(at, slash - at))) return fault;
        at = slash + 1;
    }
    return std::nullopt;
}

std::string path_key(std::string_view path) { return fold_case(path); }

std::string_view media_type_of(std::string_view path) {
    const std::string_view name = path.substr(path.rfind('/') + 1);
    const std::size_t dot = name.rfind('.');
    if (dot != std::string_view::npos) {
        const std::string ending = fold_case(name.substr(dot + 1));
        const auto found =
            std::lower_bound(kEndings.begin(), kEndings.end(), ending,
                             [](const Ending& a, const std::string& b) { return a.ending < b; });
        if (found != kEndings.end() && found->ending == ending) return found->media_type;
    }
    return "application/octet-stream";
}

bool is_media_type(std::string_view text) {
    constexpr std::string_view kSigns = "!#$&^_.+-";
    const std::size_t slash = text.find('/');
    if (text.size() > 100 || slash == std::string_view::npos) return false;
    for (const std::string_view part : {text.substr(0, slash), text.substr(slash + 1)}) {
        if (part.empty() || !(is_letter(part.front()) || is_digit(part.front()))) return false;
        for (const char c : part)
            if (!is_letter(c) && !is_digit(c) && kSigns.find(c) == std::string_view::npos) return false;
    }
    return true;
}

} // namespace bifrost::publish
