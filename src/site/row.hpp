#pragma once
// One row on its way from one database to another.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "site/table.hpp"

namespace bifrost::site {

/// In the order of the table's columns. Booleans are 0 and 1, ids and JSON are text.
using Row = std::vector<database::Value>;

/// A JSON array; real numbers stand in it as text that gives the same number again.
std::string row_text(const Table& table, const Row& row);
/// The row of such a text; invalid when it is none of this table.
Result<Row> parse_row(const Table& table, std::string_view text);
/// What a person needs to find it: "version 0197…".
std::string row_name(const Table& table, const Row& row);
/// The first column in which two rows differ. JSON is compared as canonical text (RFC 8785) where `table`
/// says that the column is JSON: PostgreSQL orders members its own way.
std::optional<std::size_t> first_difference(const Table& table, const Row& a, const Row& b);

/// Runs a query that was composed in code.
using Ask =
    std::function<Result<std::vector<Row>>(const Table&, const std::string& sql, const database::Params&)>;
/// In one transaction, which must outlive it.
Ask ask_in(database::Tx& tx);
/// Each time in a transaction of its own.
Ask ask(database::Database& database);

/// Reads a table in the order of its key, some rows at a time.
class TableReader {
  public:
    TableReader(const Table& table, database::Dialect dialect, Ask ask);
    /// Nothing at the end.
    Result<std::optional<Row>> next();

  private:
    Result<> read_page();

    const Table& table_;
    Ask ask_;
    std::string columns_;
    std::string key_;   ///< the columns that order it
    std::string after_; ///< where the next page begins
    std::vector<Row> page_;
    std::size_t at_ = 0;
    std::optional<database::Params> last_key_;
    bool at_end_ = false;
};

} // namespace bifrost::site
