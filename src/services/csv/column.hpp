#pragma once
// Columns: which field of which kind a heading means, and how a cell and a value stand for each other.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe.hpp>
#include <boost/json/value.hpp>

#include "core/result.hpp"

namespace bifrost::csv {

/// What the lists of a kind hold.
enum class Kind { asset, shot, casting };
std::optional<Kind> parse_kind(std::string_view name);

/// A column of a table and the field that it is.
struct Column {
    std::string heading;
    std::string field; ///< "cut_in", "meta.camera"
};
BOOST_DESCRIBE_STRUCT(Column, (), (heading, field))

/// Columns by index; nothing for those that are left out.
struct Columns {
    std::vector<std::optional<Column>> all;
    std::vector<std::string> ignored; ///< headings

    /// The index of a field's column.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view field) const;
    /// The heading behind a field of a service ("/cut_in", "/metadata/camera", "/sequence_id"); empty when
    /// there is none.
    [[nodiscard]] std::string heading_of(std::string_view pointer) const;
};

/// `mapping`: heading → field, empty to leave a column out; other headings mean the field that they read
/// like. invalid
/// ("/mapping/…") for a heading that isn't there, a field that the kind doesn't have or that only changes by
/// itself, and two columns of one field.
Result<Columns> map_columns(Kind kind, const std::vector<std::string>& header,
                            const std::map<std::string, std::string>& mapping);

/// What an export of the kind holds, in order; metadata's columns come behind.
const std::vector<std::string_view>& exported_fields(Kind kind);

/// The cell that stands for a field of an entity's JSON ("tags" with semicolons, metadata by "meta.key").
std::string cell_of(const boost::json::object& entity, std::string_view field);

/// The value that a cell stands for, by its field and, for metadata, by the type of what is there; the error
/// is a sentence for people.
struct CellValue {
    boost::json::value value = nullptr;
    std::string error;
};
CellValue value_of(std::string_view field, const std::string& cell, const boost::json::object* entity);

/// A program that opens tables would run cells that begin so; they are written with a ' in front, which is
/// taken away again.
std::string shielded(std::string_view text);
std::string unshielded(std::string_view cell);

} // namespace bifrost::csv
