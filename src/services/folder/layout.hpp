#pragma once
// Where everything of a project lies at one site: the templates that hold there, and the roots on each
// platform.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/call.hpp"
#include "services/folder/template_set.hpp"

namespace bifrost::folder {

/// linux, macos, windows.
const std::vector<std::string_view>& platforms();

/// A path without its root.
struct Below {
    std::string root;
    std::string platform;
    std::string path; ///< with '/' between names, as below every root
};

class Roots {
  public:
    void put(const std::string& root, const std::string& platform, std::string path);
    /// Nothing when the root has no place there.
    [[nodiscard]] const std::string* find(const std::string& root, const std::string& platform) const;
    /// The whole path, with the separators of the platform.
    [[nodiscard]] static std::string join(const std::string& root_path, std::string_view platform,
                                          std::string_view below);
    /// What a path is below the innermost root that holds it; one that begins at no root at all (relative)
    /// lies in main. `platform` may be empty: any. Nothing when it lies outside of every root.
    [[nodiscard]] std::optional<Below> split(std::string_view path, std::string_view platform) const;

  private:
    std::map<std::string, std::map<std::string, std::string>> places_;
};

/// What is wrong with the path of a root ("must be …").
std::optional<std::string> root_fault(std::string_view platform, std::string_view path);

struct Layout {
    TemplateSet templates;
    Roots roots;
};

/// The layout of a mapping ("home": this site's own). `projects_root` is where this server has the root main;
/// empty: it has none. not_found when there is no such mapping.
Result<Layout> load_layout(database::Tx& tx, const Id& project_id, std::string_view mapping,
                           const std::string& projects_root);
/// The templates that hold at home.
Result<TemplateSet> load_templates(database::Tx& tx, const Id& project_id);

} // namespace bifrost::folder
