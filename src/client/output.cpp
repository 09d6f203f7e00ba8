#include "client/output.hpp"

#include <algorithm>
#include <cstdio>

#include <boost/json/serialize.hpp>

#include "client/transport/json_access.hpp"
#include "core/text.hpp"

namespace bifrost::client {
namespace {

void print_line(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fputc('\n', stdout);
}

std::string padded(const std::string& text, std::size_t width) {
    const std::size_t length = utf8_length(text);
    return text + std::string(width > length ? width - length : 0, ' ');
}

} // namespace

std::string cell_text(const boost::json::value* value) {
    if (value == nullptr || value->is_null()) return "-";
    std::string text;
    if (const auto* string = value->if_string())
        text.assign(string->data(), string->size());
    else if (const auto* array = value->if_array()) {
        for (const auto& item : *array) (text += text.empty() ? "" : ",") += cell_text(&item);
        if (text.empty()) text = "-";
    } else
        text = boost::json::serialize(*value);
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    return text;
}

std::string table_text(const std::vector<Column>& columns,
                       const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        std::size_t width = utf8_length(columns[i].heading);
        for (const auto& row : rows) width = std::max(width, utf8_length(row[i]));
        widths.push_back(width);
    }
    std::string text;
    const auto add = [&](const auto& cell_of) {
        std::string line;
        for (std::size_t i = 0; i < columns.size(); ++i)
            line += i + 1 < columns.size() ? padded(cell_of(i), widths[i] + 2) : cell_of(i);
        text += line + "\n";
    };
    add([&](std::size_t i) { return columns[i].heading; });
    for (const auto& row : rows) add([&](std::size_t i) { return row[i]; });
    return text;
}

void ListPrinter::add(const boost::json::value& item) {
    switch (format_) {
    case Format::ndjson:
        print_line(boost::json::serialize(item));
        std::fflush(stdout);
        break;
    case Format::json:
        items_.push_back(item);
        break;
    case Format::table: {
        std::vector<std::string> row;
        for (const auto& column : columns_) row.push_back(cell_text(find_path(item, column.path)));
        rows_.push_back(std::move(row));
    }
    }
}

void ListPrinter::finish() {
    if (format_ == Format::json)
        print_line(boost::json::serialize(boost::json::object{{"data", std::move(items_)}}));
    if (format_ == Format::table) std::fputs(table_text(columns_, rows_).c_str(), stdout);
}

void print_object(Format format, const boost::json::value& object) {
    if (format != Format::table || !object.is_object()) return print_line(boost::json::serialize(object));
    std::size_t width = 0;
    for (const auto& member : object.get_object()) width = std::max<std::size_t>(width, member.key().size());
    for (const auto& member : object.get_object())
        print_line(padded(std::string(member.key()), width + 2) + cell_text(&member.value()));
}

void print_result(Format format, const boost::json::value& object, std::string_view line) {
    print_line(format == Format::table ? std::string(line) : boost::json::serialize(object));
}

void print_warning(std::string_view text) {
    std::string line = "bifrost: warning: " + std::string(text) + "\n";
    std::fputs(line.c_str(), stderr);
}

} // namespace bifrost::client
