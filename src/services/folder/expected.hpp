#pragma once
// The files that the database wants on the disk, by folder.

#include <map>
#include <unordered_map>
#include <unordered_set>

#include "services/folder/disk.hpp"
#include "services/folder/layout.hpp"

namespace bifrost::folder {

struct ExpectedFile {
    Id file_id;
    Id version_id;
    std::string name;
    std::int64_t size = 0;
    std::string sha256;
    std::optional<FileState> known; ///< when these bytes were last read
    bool seen = false;
};

class ExpectedFiles {
  public:
    /// Those of published versions in root main. What has no path by the templates is left out.
    static Result<ExpectedFiles> load(database::Database& database, const Id& project_id,
                                      const Layout& layout);

    /// The files of one folder, by name; nullptr when there are none.
    [[nodiscard]] std::vector<ExpectedFile>* in_folder(const std::string& folder);
    /// True when files are expected in the folder or below it.
    [[nodiscard]] bool leads_to_files(const std::string& folder) const { return above_.contains(folder); }
    [[nodiscard]] std::size_t count() const { return count_; }
    /// How many of them were on the disk when it was last looked at.
    [[nodiscard]] std::size_t known() const { return known_; }
    [[nodiscard]] std::unordered_map<std::string, std::vector<ExpectedFile>>& folders() { return folders_; }

  private:
    void add(const std::string& base, std::string_view path, ExpectedFile file);

    std::unordered_map<std::string, std::vector<ExpectedFile>> folders_;
    std::unordered_set<std::string> above_;
    std::size_t count_ = 0;
    std::size_t known_ = 0;
};

} // namespace bifrost::folder
