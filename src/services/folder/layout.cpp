#include "services/folder/layout.hpp"

#include <algorithm>

#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "services/folder/folder.sql.hpp"
#include "services/folder/folder_template.hpp"
#include "services/folder/studio_mapping.hpp"

namespace bifrost::folder {
namespace {

/// Windows tells neither cases nor the two slashes apart.
bool begins_on_windows(std::string_view path, std::string_view front) {
    const auto comparable = [](std::string_view text) {
        std::string folded = fold_case(text);
        std::replace(folded.begin(), folded.end(), '\\', '/');
        return folded;
    };
    // Most paths are of another drive: no need to fold them.
    const auto is_slash = [](char c) { return c == '/' || c == '\\'; };
    if (path.size() < front.size() || is_slash(path.front()) != is_slash(front.front())) return false;
    return comparable(path.substr(0, front.size())) == comparable(front);
}

bool is_absolute(std::string_view path) {
    return path.starts_with('/') || path.starts_with('\\') || (path.size() > 1 && path[1] == ':');
}

} // namespace

const std::vector<std::string_view>& platforms() {
    static const std::vector<std::string_view> names = {"linux", "macos", "windows"};
    return names;
}

void Roots::put(const std::string& root, const std::string& platform, std::string path) {
    while (path.size() > 1 && (path.back() == '/' || path.back() == '\\')) path.pop_back();
    places_[root][platform] = std::move(path);
}

const std::string* Roots::find(const std::string& root, const std::string& platform) const {
    const auto places = places_.find(root);
    if (places == places_.end()) return nullptr;
    const auto place = places->second.find(platform);
    return place == places->second.end() ? nullptr : &place->second;
}

std::string Roots::join(const std::string& root_path, std::string_view platform, std::string_view below) {
    std::string path = root_path;
    const char separator = platform == "windows" ? '\\' : '/';
    if (platform == "windows") std::replace(path.begin(), path.end(), '/', '\\');
    if (below.empty()) return path;
    if (path.empty() || path.back() != separator) path += separator;
    const std::size_t from = path.size();
    path += below;
    if (platform == "windows")
        std::replace(path.begin() + static_cast<std::ptrdiff_t>(from), path.end(), '/', '\\');
    return path;
}

std::optional<Below> Roots::split(std::string_view path, std::string_view platform) const {
    std::optional<Below> best;
    std::size_t most = 0;
    for (const auto& [root, places] : places_) {
        for (const auto& [place, root_path] : places) {
            if (!platform.empty() && platform != place) continue;
            const std::string& front = root_path;
            if (best && front.size() <= most) continue;
            const bool is_below =
                place == "windows" ? begins_on_windows(path, front) : path.starts_with(front);
            if (!is_below) continue;
            std::string rest(path.substr(front.size()));
            if (place == "windows") std::replace(rest.begin(), rest.end(), '\\', '/');
            if (!rest.empty() && !front.ends_with('/') && !front.ends_with('\\')) {
                if (rest.front() != '/') continue;
                rest.erase(0, 1);
            }
            most = front.size();
            best = Below{root, place, std::move(rest)};
        }
    }
    if (!best && !path.empty() && !is_absolute(path))
        best = Below{"main", std::string(platform.empty() ? "linux" : platform), std::string(path)};
    if (best && best->path.ends_with('/')) best->path.pop_back();
    return best;
}

std::optional<std::string> root_fault(std::string_view platform, std::string_view path) {
    if (path.empty() || path.size() > 500) return "must have 1 to 500 characters";
    if (!is_utf8(path) || has_control_characters(path)) return "must not hold control characters";
    const bool drive = path.size() > 2 && path[1] == ':' && (path[2] == '/' || path[2] == '\\');
    const bool share = path.starts_with("\\\\") || path.starts_with("//");
    if (platform == "windows" && !drive && !share) return "must be absolute: a drive or a share";
    if (platform != "windows" && !path.starts_with('/')) return "must be absolute";
    std::string slashes(path);
    if (platform == "windows") std::replace(slashes.begin(), slashes.end(), '\\', '/');
    for (const auto name : split_path(slashes))
        if (name == "." || name == "..") return "must not have '.' or '..' as a part";
    return std::nullopt;
}

Result<TemplateSet> load_templates(database::Tx& tx, const Id& project_id) {
    TemplateSet set = TemplateSet::shipped();
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_templates, project_id));
    for (const auto row : rows) {
        BIFROST_ASSIGN(Template stored, parse_stored(row.as<FolderTemplate>()));
        set.put(std::move(stored));
    }
    return set;
}

Result<Layout> load_layout(database::Tx& tx, const Id& project_id, std::string_view mapping,
                           const std::string& projects_root) {
    Layout layout;
    BIFROST_ASSIGN(layout.templates, load_templates(tx, project_id));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_mappings, project_id));
    const bool home = mapping.empty() || mapping == kHome;
    bool found = home;
    if (home) {
        layout.roots.put("main", "linux", projects_root.empty() ? "/mnt/projects" : projects_root);
        layout.roots.put("main", "macos", "/Volumes/projects");
        layout.roots.put("main", "windows", "P:\\");
    }
    for (const auto row : rows) {
        const auto stored = row.as<StudioMapping>();
        if (stored.archived_at || stored.code != (home ? kHome : mapping)) continue;
        found = true;
        BIFROST_CHECK(apply_mapping(stored, layout));
    }
    if (!found)
        return Error{Errc::not_found, "There is no studio mapping '" + std::string(mapping) + "' here."};
    return layout;
}

} // namespace bifrost::folder
