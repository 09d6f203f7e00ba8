#include "database/postgres/pg_rows.hpp"

#include <charconv>
#include <stdexcept>

#include <libpq-fe.h>

namespace bifrost::database::postgres {
namespace {

template <class Number>
Number parse(std::string_view text, const char* complaint) {
    Number value{};
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    if (parsed.ec != std::errc{} || parsed.ptr != end) throw std::logic_error(complaint);
    return value;
}

} // namespace

void ClearResult::operator()(pg_result* result) const { PQclear(result); }

std::int64_t rows_changed(const pg_result* result) {
    if (command_tag(result).starts_with("SELECT")) return 0;
    // libpq declares this one for pointers to what it doesn't change.
    const std::string_view count = PQcmdTuples(const_cast<pg_result*>(result));
    return count.empty() ? 0 : parse<std::int64_t>(count, "the server gave no count");
}

std::string first_cell(const pg_result* result) {
    if (PQntuples(result) == 0 || PQnfields(result) == 0) return {};
    return PQgetvalue(result, 0, 0);
}

std::vector<std::int64_t> integers_of(const pg_result* result) {
    std::vector<std::int64_t> cells;
    if (PQntuples(result) == 0) return cells;
    for (int column = 0; column < PQnfields(result); ++column)
        cells.push_back(parse<std::int64_t>(PQgetvalue(result, 0, column), "column is not an integer"));
    return cells;
}

std::string_view command_tag(const pg_result* result) { return PQcmdStatus(const_cast<pg_result*>(result)); }

PgRows::PgRows(ResultPtr result)
    : result_(std::move(result)), rows_(static_cast<std::size_t>(PQntuples(result_.get()))),
      columns_(static_cast<std::size_t>(PQnfields(result_.get()))) {}

bool PgRows::is_null(std::size_t row, std::size_t column) const {
    if (row >= rows_ || column >= columns_) throw std::logic_error("the result has no such row or column");
    return PQgetisnull(result_.get(), static_cast<int>(row), static_cast<int>(column)) != 0;
}

std::string_view PgRows::text(std::size_t row, std::size_t column) const {
    if (is_null(row, column)) throw std::logic_error("column is null");
    return {PQgetvalue(result_.get(), static_cast<int>(row), static_cast<int>(column)),
            static_cast<std::size_t>(
                PQgetlength(result_.get(), static_cast<int>(row), static_cast<int>(column)))};
}

std::int64_t PgRows::integer(std::size_t row, std::size_t column) const {
    return parse<std::int64_t>(text(row, column), "column is not an integer");
}

double PgRows::real(std::size_t row, std::size_t column) const {
    return parse<double>(text(row, column), "column is not a number");
}

bool PgRows::boolean(std::size_t row, std::size_t column) const {
    const std::string_view value = text(row, column);
    if (value == "t" || value == "true" || value == "1") return true;
    if (value == "f" || value == "false" || value == "0") return false;
    throw std::logic_error("column is not a boolean");
}

} // namespace bifrost::database::postgres
