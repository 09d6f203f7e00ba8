#include "site/table.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>

#include "site/table.sql.hpp"

namespace bifrost::site {
namespace {

constexpr std::string_view kLeftOut[] = {"schema_migration", "commit_marker", "backup", "site_copy"};

std::optional<ColumnType> type_of(std::string_view name) {
    if (name == "text") return ColumnType::text;
    if (name == "integer" || name == "bigint") return ColumnType::integer;
    if (name == "real" || name == "double precision") return ColumnType::real;
    if (name == "boolean") return ColumnType::boolean;
    if (name == "uuid") return ColumnType::uuid;
    if (name == "jsonb") return ColumnType::json;
    return std::nullopt;
}

Result<std::map<std::string, Table>> read_tables(database::Tx& tx) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_columns));
    std::map<std::string, Table> tables;
    std::map<std::string, std::map<std::int64_t, std::size_t>> keys;
    for (const auto row : rows) {
        const std::string name(row.text(0));
        if (std::ranges::find(kLeftOut, name) != std::end(kLeftOut)) continue;
        const auto type = type_of(row.text(2));
        if (!type) {
            return Error{Errc::internal, "The column " + name + "." + std::string(row.text(1)) +
                                             " has a type that can't be copied."};
        }
        Table& table = tables[name];
        table.name = name;
        if (row.integer(3) > 0) keys[name][row.integer(3)] = table.columns.size();
        table.columns.push_back({std::string(row.text(1)), *type});
    }
    for (auto& [name, table] : tables) {
        for (const auto& [_, column] : keys[name]) table.key.push_back(column);
        if (table.key.empty())
            return Error{Errc::internal, "The table " + name + " has no primary key and can't be copied."};
    }
    return tables;
}

} // namespace

std::size_t Table::column(std::string_view wanted) const {
    const auto found = std::ranges::find(columns, wanted, &Column::name);
    if (found == columns.end()) throw std::out_of_range("no column " + std::string(wanted));
    return static_cast<std::size_t>(found - columns.begin());
}

std::string quoted(std::string_view name) { return '"' + std::string(name) + '"'; }

Result<std::vector<Table>> list_tables(database::Tx& tx) {
    BIFROST_ASSIGN(auto tables, read_tables(tx));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_references));
    std::map<std::string, std::set<std::string>> needs;
    for (const auto row : rows) {
        const std::string from(row.text(0));
        const std::string to(row.text(1));
        if (!tables.contains(from) || !tables.contains(to)) continue;
        if (from == to)
            tables[from].own.push_back(tables[from].column(row.text(2)));
        else
            needs[from].insert(to);
    }
    std::vector<Table> ordered;
    while (!tables.empty()) {
        const auto free = std::ranges::find_if(tables, [&](const auto& one) {
            return std::ranges::none_of(needs[one.first],
                                        [&](const auto& other) { return tables.contains(other); });
        });
        if (free == tables.end()) return Error{Errc::internal, "Tables refer to each other in a circle."};
        ordered.push_back(std::move(free->second));
        tables.erase(free);
    }
    return ordered;
}

} // namespace bifrost::site
