#include "services/folder/expected.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "services/folder/entity_index.hpp"
#include "services/folder/scan.sql.hpp"

namespace bifrost::folder {
namespace {

constexpr std::size_t kPage = 5'000; // versions

/// Where the files of a version lie.
struct Base {
    std::string path;
    bool with_representation = false;
};

/// The files of some versions, with the folder of each.
struct Page {
    database::Rows rows;
    std::unordered_map<Id, Base> bases;
};

bool has_representation(const Template& one) {
    return one.pattern.longest().tokens.test(static_cast<std::size_t>(Token::representation));
}

Result<Page> load_page(database::Database& database, const Layout& layout, const std::vector<Id>& versions) {
    return database.snapshot([&](database::Tx& tx) -> Result<Page> {
        Page page;
        BIFROST_ASSIGN(page.rows, tx.query(sql::list_expected_files, id_list(versions)));
        EntityIndex index;
        BIFROST_CHECK(index.load(tx, versions));
        for (const Id& id : versions) {
            const auto* version = index.find(id);
            const auto* owner = version == nullptr ? nullptr : index.owner(*version);
            const auto* found = owner == nullptr ? nullptr : layout.templates.find("published", owner->kind);
            if (found == nullptr || found->root != "main") continue;
            if (auto path = found->pattern.format(index.values(*version)))
                page.bases[id] = {std::move(*path), has_representation(*found)};
        }
        return page;
    });
}

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
        BIFROST_ASSIGN(const Page page, load_page(database, layout, {from, to}));
        std::string_view last;
        const Base* base = nullptr;
        for (const auto row : page.rows) {
            if (row.text(0) != last) {
                last = row.text(0);
                const auto found = page.bases.find(row.id(0));
                base = found == page.bases.end() ? nullptr : &found->second;
            }
            if (base == nullptr || row.is_null(4)) continue;
            ExpectedFile file;
            file.version_id = row.id(0);
            file.file_id = row.id(1);
            file.size = row.integer(3);
            file.sha256 = row.text(4);
            if (!row.is_null(6) && row.text(9) == row.text(4))
                file.known = FileState{row.integer(6), row.integer(7), row.integer(8)};
            const auto folder = base->with_representation ? fold_code(row.text(5)) : std::nullopt;
            all.add(folder ? base->path + "/" + *folder : base->path, row.text(2), std::move(file));
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
    file.name = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
    if (slash == std::string_view::npos)
        folders_[base].push_back(std::move(file));
    else
        folders_[base + "/" + std::string(path.substr(0, slash))].push_back(std::move(file));
    ++count_;
}

} // namespace bifrost::folder
