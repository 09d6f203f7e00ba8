#pragma once
// Printing: tables for people, JSON for programs, one JSON document a line for streams.

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

namespace bifrost::client {

enum class Format { table, json, ndjson };

/// A column of a table: its heading and where its value stands ("code", "product.code").
struct Column {
    std::string heading;
    std::string path;
};

/// Prints entities. table: columns; json: {"data": […]}; ndjson: one a line.
class ListPrinter {
  public:
    ListPrinter(Format format, std::vector<Column> columns) : format_(format), columns_(std::move(columns)) {}
    void add(const boost::json::value& item);
    /// Prints what could not be printed item by item.
    void finish();

  private:
    Format format_;
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
    boost::json::array items_;
};

/// Prints one object. table: a line for each member; json, ndjson: the object.
void print_object(Format format, const boost::json::value& object);
/// Prints `object` as JSON, or `line` for people.
void print_result(Format format, const boost::json::value& object, std::string_view line);
/// One cell: texts as they are (control characters replaced, so that a name can't steer a terminal), the rest
/// as JSON.
std::string cell_text(const boost::json::value* value);
/// Columns padded by display width, two spaces between.
std::string table_text(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows);
/// A line on standard error.
void print_warning(std::string_view text);

} // namespace bifrost::client
