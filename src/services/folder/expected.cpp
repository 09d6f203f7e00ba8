#include "services/folder/expected.hpp"

#include <algorithm>

#include "services/folder/place.hpp"
#include "services/folder/scan.sql.hpp"

namespace bifrost::folder {
namespace {

constexpr std::size_t kPage = 5'000; // versions

/// The files of some versions, with what their folders are made of.
struct Page {
    database::Rows rows;
    EntityIndex index;
};

Result<Page> load_page(database::Database& database, const std::vector<Id>& versions) {
    return database.snapshot([&](database::Tx& tx) -> Result<Page> {
        Page page;
        BIFROST_ASSIGN(page.rows, tx.query(sql::list_expected_files, id_list(versions)));
        BIFROST_CHECK(page.index.load(tx, versions));
        return page;
    });
}

/// The folder of each row, worked out again only where it may be another.
class Folders {
  public:
    Folders(const TemplateSet& templates, const EntityIndex& index) : places_(templates, index) {}

    const std::optional<std::string>& of(const database::Row& row) {
        const bool is_same_version = row.text(0) == version_;
        if (is_same_version && (is_one_ || row.text(5) == representation_)) return folder_;
        version_ = row.text(0);
        representation_ = row.text(5);
        const Id id = row.id(0);
        if (!is_same_version) is_one_ = places_.is_one_folder(id);
        folder_ = places_.find(id, representation_);
        return folder_;
    }

  private:
    VersionPlaces places_;
    std::string version_, representation_;
    bool is_one_ = false;
    std::optional<std::string> folder_;
};

Result<std::vector<Id>> list_versions(database::Database& database, const Id& project_id) {
    return database.read([&](database::Tx& tx) -> Result<std::vector<Id>> {
        BIFROST_ASSIGN(const auto rows, tx.query(sql::list_published_versions, project_id));
        std::vector<Id> ids;
        ids.reserve(rows.size());
        for (const auto row : rows) ids.push_back(row.id(0));
        return ids;
    });
}

} // namespace

Result<ExpectedFiles> ExpectedFiles::load(database::Database& database, const Id& project_id,
                                          const Layout& layout) {
    ExpectedFiles all;
    BIFROST_ASSIGN(const auto versions, list_versions(database, project_id));
    for (std::size_t at = 0; at < versions.size(); at += kPage) {
        const auto from = versions.begin() + static_cast<std::ptrdiff_t>(at);
        const auto to = versions.begin() + static_cast<std::ptrdiff_t>(std::min(versions.size(), at + kPage));
        BIFROST_ASSIGN(const Page page, load_page(database, {from, to}));
        Folders folders(layout.templates, page.index);
        for (const auto row : page.rows) {
            const auto& folder = folders.of(row);
            if (!folder || row.is_null(4)) continue;
            ExpectedFile file;
            file.version_id = row.id(0);
            file.file_id = row.id(1);
            file.size = row.integer(3);
            file.sha256 = row.text(4);
            if (!row.is_null(6) && row.text(9) == row.text(4))
                file.known = FileState{row.integer(6), row.integer(7), row.integer(8)};
            all.add(*folder, row.text(2), std::move(file));
        }
    }
    for (auto& [folder, files] : all.folders_) {
        std::sort(files.begin(), files.end(),
                  [](const ExpectedFile& a, const ExpectedFile& b) { return a.name < b.name; });
        for (std::string above = folder;
             all.above_.insert(above).second && above.find('/') != std::string::npos;)
            above.resize(above.rfind('/'));
    }
    return all;
}

std::vector<ExpectedFile>* ExpectedFiles::in_folder(const std::string& folder) {
    const auto found = folders_.find(folder);
    return found == folders_.end() ? nullptr : &found->second;
}

void ExpectedFiles::add(const std::string& base, std::string_view path, ExpectedFile file) {
    const std::size_t slash = path.rfind('/');
    const bool is_known = file.known.has_value();
    file.name = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
    if (slash == std::string_view::npos)
        folders_[base].push_back(std::move(file));
    else
        folders_[base + "/" + std::string(path.substr(0, slash))].push_back(std::move(file));
    ++count_;
    if (is_known) ++known_;
}

} // namespace bifrost::folder
