#pragma once
// A result of SQLite, copied out of the statement into two blocks of memory.

#include <bit>
#include <string>
#include <vector>

#include "database/rows.hpp"

namespace bifrost::database::sqlite {

class CopiedRows final : public ResultSet {
  public:
    explicit CopiedRows(std::size_t columns) : columns_(columns) {}

    void add_null() { cells_.push_back({0, 0, Kind::null}); }
    void add_integer(std::int64_t value) { cells_.push_back({value, 0, Kind::integer}); }
    void add_real(double value) { cells_.push_back({std::bit_cast<std::int64_t>(value), 0, Kind::real}); }
    void add_text(std::string_view value) {
        cells_.push_back(
            {static_cast<std::int64_t>(text_.size()), static_cast<std::uint32_t>(value.size()), Kind::text});
        text_.append(value);
    }

    [[nodiscard]] std::size_t rows() const override { return columns_ == 0 ? 0 : cells_.size() / columns_; }
    [[nodiscard]] std::size_t columns() const override { return columns_; }
    [[nodiscard]] bool is_null(std::size_t row, std::size_t column) const override;
    [[nodiscard]] std::string_view text(std::size_t row, std::size_t column) const override;
    [[nodiscard]] std::int64_t integer(std::size_t row, std::size_t column) const override;
    [[nodiscard]] double real(std::size_t row, std::size_t column) const override;
    [[nodiscard]] bool boolean(std::size_t row, std::size_t column) const override;

  private:
    enum class Kind : std::uint8_t { null, integer, real, text };
    struct Cell {
        std::int64_t bits; ///< the number, the bits of the double, or where its text begins in `text_`
        std::uint32_t size;
        Kind kind;
    };

    [[nodiscard]] const Cell& cell(std::size_t row, std::size_t column) const;

    std::size_t columns_;
    std::vector<Cell> cells_;
    std::string text_;
};

} // namespace bifrost::database::sqlite
