#include "apps/output.hpp"

#include <algorithm>
#include <iostream>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "core/text.hpp"

namespace bifrost::apps {
namespace {

std::string cell(const boost::json::value& value) {
    if (value.is_null()) return "-";
    if (value.is_string()) return std::string(value.get_string());
    if (value.is_array()) {
        std::string text;
        for (const auto& item : value.get_array()) text += (text.empty() ? "" : ", ") + cell(item);
        return text.empty() ? "-" : text;
    }
    return boost::json::serialize(value);
}

std::string padded(const std::string& text, std::size_t width) {
    const std::size_t length = utf8_length(text);
    return length < width ? text + std::string(width - length, ' ') : text;
}

} // namespace

void Output::add_to(CLI::App& command) {
    command.add_option("--output", format_, "table, json or ndjson")
        ->capture_default_str()
        ->check(CLI::IsMember({"table", "json", "ndjson"}));
}

void Output::print(const std::string& object_json, const std::vector<std::string_view>& columns) const {
    if (format_ != "table") {
        std::cout << object_json << "\n";
        return;
    }
    const boost::json::value object = boost::json::parse(object_json);
    std::size_t width = 0;
    for (const auto column : columns) width = std::max(width, column.size());
    for (const auto column : columns)
        std::cout << padded(std::string(column), width) << "  " << cell(object.at(std::string(column)))
                  << "\n";
}

void Output::print_list(const std::string& list_json, const std::vector<std::string_view>& columns) const {
    const boost::json::value list = boost::json::parse(list_json);
    if (format_ == "json") {
        std::cout << list_json << "\n";
        return;
    }
    if (format_ == "ndjson") {
        for (const auto& item : list.get_array()) std::cout << boost::json::serialize(item) << "\n";
        return;
    }
    std::vector<std::vector<std::string>> lines(1);
    for (const auto column : columns) lines[0].emplace_back(column);
    for (const auto& item : list.get_array()) {
        lines.emplace_back();
        for (const auto column : columns) lines.back().push_back(cell(item.at(std::string(column))));
    }
    std::vector<std::size_t> widths(columns.size(), 0);
    for (const auto& line : lines)
        for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], utf8_length(line[i]));
    for (const auto& line : lines) {
        for (std::size_t i = 0; i < line.size(); ++i)
            std::cout << (i + 1 == line.size() ? line[i] : padded(line[i], widths[i] + 2));
        std::cout << "\n";
    }
}

std::string describe(const Error& error) {
    std::string text = error.detail;
    for (const auto& field : error.fields) text += " " + field.pointer + " " + field.detail + ".";
    return text;
}

} // namespace bifrost::apps
