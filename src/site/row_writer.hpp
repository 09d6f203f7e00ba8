#pragma once
// Rows into an empty table, those that others of the same table refer to first.

#include <unordered_set>

#include "site/row.hpp"

namespace bifrost::site {

/// Rows are written in groups, each durable when it is written. One row may wait for another that comes
/// later.
class RowWriter {
  public:
    RowWriter(database::Database& database, const Table& table);

    Result<> add(Row row);
    /// Writes what is left; invalid when a row refers to one that never came.
    Result<> finish();

  private:
    [[nodiscard]] bool is_ready(const Row& row) const;
    void take(Row row);
    void release_held();
    Result<> write();

    database::Database& database_;
    const Table& table_;
    std::string insert_;
    std::vector<Row> group_;
    std::vector<Row> held_;
    std::unordered_set<std::string> known_; ///< keys that were written, when rows refer to each other
};

} // namespace bifrost::site
