#include "site/row.hpp"

#include <charconv>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "core/json_reader.hpp"

namespace bifrost::site {
namespace {

constexpr std::size_t kRowsAPage = 1000;

std::string real_text(double value) {
    char text[40];
    const auto end = std::to_chars(text, text + sizeof text, value);
    return {text, end.ptr};
}

Row read_row(const Table& table, const database::Row& from) {
    Row row;
    row.reserve(table.columns.size());
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (from.is_null(i)) {
            row.emplace_back();
            continue;
        }
        switch (table.columns[i].type) {
        case ColumnType::integer:
            row.emplace_back(from.integer(i));
            break;
        case ColumnType::boolean:
            row.emplace_back(std::int64_t{from.boolean(i) ? 1 : 0});
            break;
        case ColumnType::real:
            row.emplace_back(from.real(i));
            break;
        default:
            row.emplace_back(std::string(from.text(i)));
        }
    }
    return row;
}

std::vector<Row> read_rows(const Table& table, const database::Rows& rows) {
    std::vector<Row> read;
    read.reserve(rows.size());
    for (const auto row : rows) read.push_back(read_row(table, row));
    return read;
}

Error bad_row(const Table& table) {
    return {Errc::invalid, "This is no row of the table " + table.name + "."};
}

Result<database::Value> parse_value(const Table& table, const Column& column,
                                    const boost::json::value& value) {
    if (value.is_null()) return database::Value{};
    switch (column.type) {
    case ColumnType::integer:
    case ColumnType::boolean:
        if (value.is_int64()) return database::Value{value.get_int64()};
        break;
    case ColumnType::real: {
        double number = 0;
        if (!value.is_string()) break;
        const auto& text = value.get_string();
        const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
        if (end.ec == std::errc{} && end.ptr == text.data() + text.size()) return database::Value{number};
        break;
    }
    default:
        if (value.is_string()) return database::Value{std::string(value.get_string())};
    }
    return bad_row(table);
}

std::string canonical(const std::string& text) {
    const auto value = json::parse(text);
    return value ? json::canonical(*value) : text;
}

} // namespace

std::string row_text(const Table& table, const Row& row) {
    std::string text = "[";
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (i > 0) text += ',';
        if (const auto* integer = std::get_if<std::int64_t>(&row[i]))
            text += std::to_string(*integer);
        else if (const auto* real = std::get_if<double>(&row[i]))
            json::append_string(text, real_text(*real));
        else if (const auto* string = std::get_if<std::string>(&row[i]))
            json::append_string(text, *string);
        else
            text += "null";
    }
    static_cast<void>(table);
    return text + "]";
}

Result<Row> parse_row(const Table& table, std::string_view text) {
    boost::system::error_code failed;
    const auto value = boost::json::parse({text.data(), text.size()}, failed);
    if (failed || !value.is_array() || value.get_array().size() != table.columns.size())
        return bad_row(table);
    Row row;
    row.reserve(table.columns.size());
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        BIFROST_ASSIGN(auto one, parse_value(table, table.columns[i], value.get_array()[i]));
        row.push_back(std::move(one));
    }
    return row;
}

std::string row_name(const Table& table, const Row& row) {
    std::string name = table.name;
    for (const std::size_t column : table.key) {
        name += ' ';
        if (const auto* integer = std::get_if<std::int64_t>(&row[column])) name += std::to_string(*integer);
        if (const auto* string = std::get_if<std::string>(&row[column])) name += *string;
    }
    return name;
}

std::optional<std::size_t> first_difference(const Table& table, const Row& a, const Row& b) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (a[i] == b[i]) continue;
        const auto* one = std::get_if<std::string>(&a[i]);
        const auto* other = std::get_if<std::string>(&b[i]);
        const bool is_json = table.columns[i].type == ColumnType::json && one != nullptr && other != nullptr;
        if (!is_json || canonical(*one) != canonical(*other)) return i;
    }
    return std::nullopt;
}

Ask ask_in(database::Tx& tx) {
    return [&tx](const Table& table, const std::string& sql,
                 const database::Params& params) -> Result<std::vector<Row>> {
        BIFROST_ASSIGN(const auto rows, tx.query_text(sql, params));
        return read_rows(table, rows);
    };
}

Ask ask(database::Database& database) {
    return [&database](const Table& table, const std::string& sql, const database::Params& params) {
        return database.read([&](database::Tx& tx) { return ask_in(tx)(table, sql, params); });
    };
}

TableReader::TableReader(const Table& table, database::Dialect dialect, Ask ask)
    : table_(table), ask_(std::move(ask)) {
    for (const Column& column : table.columns)
        columns_ += (columns_.empty() ? "" : ", ") + quoted(column.name);
    std::string placeholders;
    std::size_t number = 0;
    for (const std::size_t index : table.key) {
        const Column& column = table.columns[index];
        if (!key_.empty()) key_ += ", ";
        key_ += quoted(column.name);
        // Both databases in one order, that of the bytes.
        if (dialect == database::Dialect::postgres && column.type == ColumnType::text)
            key_ += " collate \"C\"";
        placeholders += (placeholders.empty() ? "$" : ", $") + std::to_string(++number);
    }
    after_ = " where (" + key_ + ") > (" + placeholders + ")";
}

Result<> TableReader::read_page() {
    const std::string sql = "select " + columns_ + " from " + quoted(table_.name) +
                            (last_key_ ? after_ : "") + " order by " + key_ + " limit " +
                            std::to_string(kRowsAPage);
    BIFROST_ASSIGN(page_, ask_(table_, sql, last_key_.value_or(database::Params{})));
    at_ = 0;
    at_end_ = page_.size() < kRowsAPage;
    if (page_.empty()) return {};
    last_key_.emplace();
    for (const std::size_t column : table_.key) last_key_->push_back(page_.back()[column]);
    return {};
}

Result<std::optional<Row>> TableReader::next() {
    if (at_ == page_.size()) {
        if (at_end_) return std::optional<Row>{};
        BIFROST_CHECK(read_page());
        if (page_.empty()) return std::optional<Row>{};
    }
    return std::optional<Row>{std::move(page_[at_++])};
}

} // namespace bifrost::site
