#include "services/csv/column.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <boost/json/parse.hpp>

#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace bifrost::csv {
namespace {

enum class Type { text, integer, boolean, list, read_only };

struct Field {
    std::string_view name;
    Type type = Type::text;
};

const std::vector<Field>& fields_of(Kind kind) {
    static const std::vector<Field> assets = {{"id"},
                                              {"code"},
                                              {"name"},
                                              {"type"},
                                              {"status", Type::read_only},
                                              {"description"},
                                              {"tags", Type::list},
                                              {"is_assembly", Type::boolean}};
    static const std::vector<Field> shots = {{"id"},
                                             {"episode"},
                                             {"sequence"},
                                             {"code"},
                                             {"name"},
                                             {"status", Type::read_only},
                                             {"description"},
                                             {"cut_in", Type::integer},
                                             {"cut_out", Type::integer},
                                             {"head_in", Type::integer},
                                             {"tail_out", Type::integer},
                                             {"handles", Type::integer},
                                             {"fps"},
                                             {"retime"},
                                             {"order", Type::integer}};
    static const std::vector<Field> castings = {
        {"episode"}, {"sequence"}, {"shot"}, {"asset"}, {"occurrences", Type::integer}, {"label"}};
    if (kind == Kind::asset) return assets;
    return kind == Kind::shot ? shots : castings;
}

/// Headings that read like something else than the field's name.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kAliases = {{
    {"sequence_code", "sequence"},
    {"episode_code", "episode"},
    {"asset_type", "type"},
    {"frame_in", "cut_in"},
    {"frame_out", "cut_out"},
    {"count", "occurrences"},
    {"shot_code", "code"},
    {"asset_code", "code"},
    {"shot", "code"},
    {"asset", "code"},
    {"shot_code", "shot"},
    {"asset_code", "asset"},
}};

const Field* find_field(Kind kind, std::string_view name) {
    const auto& fields = fields_of(kind);
    const auto found =
        std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; });
    return found == fields.end() ? nullptr : &*found;
}

bool is_metadata(std::string_view field) { return field.starts_with("meta.") && field.size() > 5; }

/// "Cut In" → cut_in; a heading that means nothing gives nothing.
std::optional<std::string> guessed_field(Kind kind, std::string_view heading) {
    std::string name = fold_case(heading);
    if (name.starts_with("metadata.")) name = "meta." + std::string(heading.substr(9));
    if (name.starts_with("meta.") && kind != Kind::casting)
        return "meta." + std::string(heading.substr(heading.find('.') + 1));
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == ' ' || c == '-'; }, '_');
    if (find_field(kind, name) != nullptr) return name;
    for (const auto& [alias, field] : kAliases)
        if (alias == name && find_field(kind, field) != nullptr) return std::string(field);
    return std::nullopt;
}

std::string text_of(const boost::json::value& value) {
    if (value.is_null()) return "";
    if (const auto* text = value.if_string()) return std::string(*text);
    return json::canonical(value);
}

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

CellValue integer_of(const std::string& cell) {
    std::int64_t number = 0;
    const char* const begin = cell.data() + (cell.starts_with('+') ? 1 : 0);
    const auto end = std::from_chars(begin, cell.data() + cell.size(), number);
    if (end.ec != std::errc{} || end.ptr != cell.data() + cell.size())
        return {nullptr, "'" + cell.substr(0, 40) + "' is no whole number"};
    return {number, ""};
}

CellValue boolean_of(const std::string& cell) {
    const std::string word = fold_case(cell);
    for (const std::string_view yes : {"true", "yes", "1", "x", "wahr"})
        if (word == yes) return {true, ""};
    for (const std::string_view no : {"false", "no", "0", "-", "falsch"})
        if (word == no) return {false, ""};
    return {nullptr, "'" + cell.substr(0, 40) + "' is neither true nor false"};
}

/// Metadata keeps the type that it has; what is new is text.
CellValue metadata_of(const std::string& cell, const boost::json::value* now) {
    if (now == nullptr || now->is_null() || now->is_string()) return {boost::json::string(cell), ""};
    if (now->is_bool()) return boolean_of(cell);
    if (now->is_int64() || now->is_uint64() || now->is_double()) {
        auto whole = integer_of(cell);
        if (whole.error.empty()) return whole;
    }
    boost::json::error_code failed;
    auto parsed = boost::json::parse(cell, failed);
    if (failed) return {nullptr, "'" + cell.substr(0, 40) + "' is no JSON, which this field holds"};
    return {std::move(parsed), ""};
}

} // namespace

std::optional<Kind> parse_kind(std::string_view name) {
    if (name == "asset") return Kind::asset;
    if (name == "shot") return Kind::shot;
    if (name == "casting") return Kind::casting;
    return std::nullopt;
}

std::optional<std::size_t> Columns::find(std::string_view field) const {
    for (std::size_t i = 0; i < all.size(); ++i)
        if (all[i] && all[i]->field == field) return i;
    return std::nullopt;
}

std::string Columns::heading_of(std::string_view pointer) const {
    std::string field(pointer.substr(pointer.starts_with('/') ? 1 : 0));
    if (field.starts_with("metadata/")) field = "meta." + field.substr(9);
    field = field.substr(0, field.find('/'));
    if (field.ends_with("_id")) field.resize(field.size() - 3);
    const auto at = find(field);
    return at ? all[*at]->heading : std::string();
}

Result<Columns> map_columns(Kind kind, const std::vector<std::string>& header,
                            const std::map<std::string, std::string>& mapping) {
    std::vector<FieldError> errors;
    Columns columns;
    columns.all.resize(header.size());
    for (const auto& [heading, field] : mapping) {
        const auto at = std::find(header.begin(), header.end(), heading);
        const std::string pointer = "/mapping/" + heading;
        if (at == header.end()) {
            errors.push_back({pointer, "is no heading of this table"});
            continue;
        }
        const auto* known = find_field(kind, field);
        const bool is_meta = kind != Kind::casting && is_metadata(field);
        if (!field.empty() && known == nullptr && !is_meta)
            errors.push_back({pointer, "'" + field.substr(0, 100) + "' is no field that a table can hold"});
        else if (known != nullptr && known->type == Type::read_only)
            errors.push_back({pointer, "'" + field + "' changes along transitions and can't be imported"});
    }
    for (std::size_t i = 0; i < header.size(); ++i) {
        const auto mapped = mapping.find(header[i]);
        const auto field =
            mapped != mapping.end() ? std::optional(mapped->second) : guessed_field(kind, header[i]);
        const auto* known = field ? find_field(kind, *field) : nullptr;
        if (!field || field->empty() || (known != nullptr && known->type == Type::read_only)) {
            columns.ignored.push_back(header[i]);
            continue;
        }
        if (const auto other = columns.find(*field))
            errors.push_back({"/mapping/" + header[i],
                              "is the field '" + *field + "', as '" + header[*other] + "' is already"});
        columns.all[i] = Column{header[i], *field};
    }
    if (errors.empty()) return columns;
    Error error{Errc::invalid, "The columns can't be mapped to fields; nothing was changed."};
    error.fields = std::move(errors);
    return error;
}

const std::vector<std::string_view>& exported_fields(Kind kind) {
    static const auto names = [](Kind of) {
        std::vector<std::string_view> all;
        for (const auto& field : fields_of(of)) all.push_back(field.name);
        return all;
    };
    static const auto assets = names(Kind::asset);
    static const auto shots = names(Kind::shot);
    static const auto castings = names(Kind::casting);
    if (kind == Kind::asset) return assets;
    return kind == Kind::shot ? shots : castings;
}

std::string cell_of(const boost::json::object& entity, std::string_view field) {
    if (is_metadata(field)) {
        const auto* metadata = entity.if_contains("metadata");
        const auto* object = metadata != nullptr ? metadata->if_object() : nullptr;
        const auto* value = object != nullptr ? object->if_contains(field.substr(5)) : nullptr;
        return value == nullptr ? std::string() : text_of(*value);
    }
    std::string key(field);
    if (field == "sequence" || field == "episode") key += "_code";
    if (field == "code" && entity.contains("label")) key = "label";
    const auto* value = entity.if_contains(key);
    if (value == nullptr) return {};
    const auto* list = field == "tags" ? value->if_array() : nullptr;
    if (list == nullptr) return text_of(*value);
    std::string out;
    for (const auto& tag : *list) (out += out.empty() ? "" : "; ") += text_of(tag);
    return out;
}

CellValue value_of(std::string_view field, const std::string& cell, const boost::json::object* entity) {
    if (is_metadata(field)) {
        const auto* metadata = entity != nullptr ? entity->if_contains("metadata") : nullptr;
        const auto* object = metadata != nullptr ? metadata->if_object() : nullptr;
        return metadata_of(cell, object != nullptr ? object->if_contains(field.substr(5)) : nullptr);
    }
    Type type = Type::text;
    for (const Kind kind : {Kind::asset, Kind::shot, Kind::casting})
        if (const auto* known = find_field(kind, field)) type = known->type;
    if (type == Type::integer) return integer_of(cell);
    if (type == Type::boolean) return boolean_of(cell);
    if (type != Type::list) return {boost::json::string(cell), ""};
    boost::json::array list;
    for (std::size_t at = 0; at <= cell.size();) {
        const auto end = std::min(cell.find(';', at), cell.size());
        if (const auto one = trimmed(std::string_view(cell).substr(at, end - at)); !one.empty())
            list.push_back(boost::json::string(one));
        at = end + 1;
    }
    return {std::move(list), ""};
}

std::string shielded(std::string_view text) {
    const bool is_number = text.find_first_not_of("+-0123456789./") == std::string_view::npos;
    const bool runs =
        !text.empty() && std::string_view("=+-@\t").find(text.front()) != std::string_view::npos;
    // A text that has the mark already would lose it on its way back.
    const bool is_marked = text.size() > 1 && text.front() == '\'' &&
                           std::string_view("=+-@'").find(text[1]) != std::string_view::npos;
    return ((runs && !is_number) || is_marked ? "'" : "") + std::string(text);
}

std::string unshielded(std::string_view cell) {
    if (cell.size() > 1 && cell.front() == '\'' &&
        std::string_view("=+-@'").find(cell[1]) != std::string_view::npos)
        cell.remove_prefix(1);
    return std::string(cell);
}

} // namespace bifrost::csv
