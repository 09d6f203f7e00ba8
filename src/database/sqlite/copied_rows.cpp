#include "database/sqlite/copied_rows.hpp"

#include <stdexcept>

namespace bifrost::database::sqlite {

const CopiedRows::Cell& CopiedRows::cell(std::size_t row, std::size_t column) const {
    if (column >= columns_ || row >= rows()) throw std::logic_error("the result has no such row or column");
    return cells_[row * columns_ + column];
}

bool CopiedRows::is_null(std::size_t row, std::size_t column) const {
    return cell(row, column).kind == Kind::null;
}

std::string_view CopiedRows::text(std::size_t row, std::size_t column) const {
    const Cell& found = cell(row, column);
    if (found.kind != Kind::text) throw std::logic_error("column is not text, or is null");
    return std::string_view(text_).substr(static_cast<std::size_t>(found.bits), found.size);
}

std::int64_t CopiedRows::integer(std::size_t row, std::size_t column) const {
    const Cell& found = cell(row, column);
    if (found.kind != Kind::integer) throw std::logic_error("column is not an integer, or is null");
    return found.bits;
}

double CopiedRows::real(std::size_t row, std::size_t column) const {
    const Cell& found = cell(row, column);
    if (found.kind == Kind::integer) return static_cast<double>(found.bits);
    if (found.kind != Kind::real) throw std::logic_error("column is not a number, or is null");
    return std::bit_cast<double>(found.bits);
}

bool CopiedRows::boolean(std::size_t row, std::size_t column) const {
    const Cell& found = cell(row, column);
    if (found.kind == Kind::integer) return found.bits == 1;
    if (found.kind == Kind::text) {
        const std::string_view value = text(row, column);
        return value == "1" || value == "t" || value == "true";
    }
    throw std::logic_error("column is not a boolean, or is null");
}

} // namespace bifrost::database::sqlite
