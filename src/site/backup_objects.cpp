#include "site/backup_objects.hpp"

#include <algorithm>

#include "site/folder.hpp"
#include "site/row.hpp"

namespace bifrost::site {

Result<> each_object(const std::filesystem::path& folder, const Manifest& manifest,
                     const std::function<Result<>(const DumpedObject&)>& visit) {
    const auto found = std::ranges::find(manifest.tables, "object", &DumpedTable::name);
    if (found == manifest.tables.end()) return {};
    const Table table = table_of(*found);
    const std::size_t sha256 = table.column("sha256");
    const std::size_t key = table.column("key");
    const std::size_t size = table.column("size");
    const std::size_t state = table.column("state");
    const std::size_t backend = table.column("backend");
    return read_lines(table_path(folder, "object"), [&](std::string_view line) -> Result<> {
        BIFROST_ASSIGN(const Row row, parse_row(table, line));
        const auto text = [&](std::size_t column) { return std::get<std::string>(row[column]); };
        if (text(state) != "stored" || text(backend) != manifest.backend) return {};
        return visit({text(sha256), text(key), std::get<std::int64_t>(row[size])});
    });
}

Result<> each_preview(const std::filesystem::path& folder, const Manifest& manifest,
                      const std::function<Result<>(const DumpedObject&)>& visit) {
    const auto found = std::ranges::find(manifest.tables, kPreviewTable, &DumpedTable::name);
    if (found == manifest.tables.end()) return {};
    const Table table = table_of(*found);
    const std::size_t key = table.column("key");
    const std::size_t size = table.column("size");
    return read_lines(table_path(folder, found->name), [&](std::string_view line) -> Result<> {
        BIFROST_ASSIGN(const Row row, parse_row(table, line));
        return visit({"", std::get<std::string>(row[key]), std::get<std::int64_t>(row[size])});
    });
}

} // namespace bifrost::site
