#pragma once
// A result of PostgreSQL; cells are text in libpq's own memory.

#include <memory>
#include <string>
#include <vector>

#include "database/rows.hpp"

struct pg_result;

namespace bifrost::database::postgres {

struct ClearResult {
    void operator()(pg_result* result) const;
};
using ResultPtr = std::unique_ptr<pg_result, ClearResult>;

/// Number of rows that a statement changed; 0 for what changes none.
std::int64_t rows_changed(const pg_result* result);
/// The first cell, or "" when there is none.
std::string first_cell(const pg_result* result);
/// The cells of the first row, which are integers; nothing when there is no row.
std::vector<std::int64_t> integers_of(const pg_result* result);
/// "COMMIT", "ROLLBACK", "UPDATE 3" …
std::string_view command_tag(const pg_result* result);

class PgRows final : public ResultSet {
  public:
    explicit PgRows(ResultPtr result);

    [[nodiscard]] std::size_t rows() const override { return rows_; }
    [[nodiscard]] std::size_t columns() const override { return columns_; }
    [[nodiscard]] bool is_null(std::size_t row, std::size_t column) const override;
    [[nodiscard]] std::string_view text(std::size_t row, std::size_t column) const override;
    [[nodiscard]] std::int64_t integer(std::size_t row, std::size_t column) const override;
    [[nodiscard]] double real(std::size_t row, std::size_t column) const override;
    [[nodiscard]] bool boolean(std::size_t row, std::size_t column) const override;

  private:
    ResultPtr result_;
    std::size_t rows_;
    std::size_t columns_;
};

} // namespace bifrost::database::postgres
