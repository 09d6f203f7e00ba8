#pragma once
// The tables of a site as they are copied: read from the database itself, so that a new table needs no word
// here.

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "database/database.hpp"

namespace bifrost::site {

/// What SQLite knows as text may be an id or JSON in PostgreSQL.
enum class ColumnType { text, integer, real, boolean, uuid, json };

struct Column {
    std::string name;
    ColumnType type = ColumnType::text;
};

struct Table {
    std::string name;
    std::vector<Column> columns;
    std::vector<std::size_t> key; ///< columns of the primary key, in its order
    std::vector<std::size_t> own; ///< columns that refer to rows of this same table, by its key of one column

    /// The place of a column; throws std::out_of_range when there is none.
    [[nodiscard]] std::size_t column(std::string_view wanted) const;
};

/// Everything that makes the site, tables before those that refer to them. Left out: what is derived (the
/// search index), what a database keeps about itself (migrations, outcomes of transactions), and what holds
/// for this copy of the site only (backups, an unfinished copying).
Result<std::vector<Table>> list_tables(database::Tx& tx);

/// The table of what was made of objects for people to look at: its bytes lie in the store beside the
/// objects.
inline constexpr std::string_view kPreviewTable = "preview_output";

/// "a"."b"…: names as SQL.
std::string quoted(std::string_view name);

} // namespace bifrost::site
