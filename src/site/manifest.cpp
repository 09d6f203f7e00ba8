#include "site/manifest.hpp"

#include <array>

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

#include "core/hash.hpp"
#include "site/folder.hpp"

namespace bifrost::site {
namespace {

constexpr std::array<std::string_view, 6> kTypes{"text", "integer", "real", "boolean", "uuid", "json"};

std::string text_of(const boost::json::value& value) { return std::string(value.as_string()); }

std::vector<std::int64_t> numbers_of(const boost::json::value& value) {
    std::vector<std::int64_t> numbers;
    for (const auto& one : value.as_array()) numbers.push_back(one.as_int64());
    return numbers;
}

DumpedTable read_table(const boost::json::value& value) {
    DumpedTable table;
    table.name = text_of(value.at("name"));
    for (const auto& column : value.at("columns").as_array())
        table.columns.push_back({text_of(column.at("name")), text_of(column.at("type"))});
    table.key = numbers_of(value.at("key"));
    table.own = numbers_of(value.at("own"));
    table.rows = value.at("rows").as_int64();
    table.size = value.at("size").as_int64();
    table.sha256 = text_of(value.at("sha256"));
    return table;
}

Manifest read_members(const boost::json::value& value) {
    Manifest manifest;
    manifest.id = text_of(value.at("id"));
    manifest.program = text_of(value.at("program"));
    manifest.epoch = value.at("epoch").as_int64();
    manifest.position = text_of(value.at("position"));
    manifest.backend = text_of(value.at("backend"));
    manifest.migrations = numbers_of(value.at("migrations"));
    manifest.objects = value.at("objects").as_int64();
    manifest.bytes = value.at("bytes").as_int64();
    for (const auto& one : value.at("missing").as_array()) manifest.missing.push_back(text_of(one));
    for (const auto& one : value.at("tables").as_array()) manifest.tables.push_back(read_table(one));
    if (const auto at = Timestamp::parse(text_of(value.at("created_at")))) manifest.created_at = *at;
    return manifest;
}

Error changed(const std::filesystem::path& path, const std::string& how) {
    return {Errc::invalid, "The backup can't be trusted: " + path.string() + " " + how + "."};
}

} // namespace

std::filesystem::path table_path(const std::filesystem::path& folder, const std::string& table) {
    return folder / "tables" / (table + ".ndjson");
}

std::filesystem::path object_path(const std::filesystem::path& folder, const std::string& sha256) {
    return folder / "objects" / sha256.substr(0, 2) / sha256;
}

std::filesystem::path preview_path(const std::filesystem::path& folder, const std::string& key) {
    return folder / "previews" / key;
}

DumpedTable dumped(const Table& table) {
    DumpedTable made;
    made.name = table.name;
    for (const Column& column : table.columns)
        made.columns.push_back({column.name, std::string(kTypes[static_cast<std::size_t>(column.type)])});
    for (const std::size_t one : table.key) made.key.push_back(static_cast<std::int64_t>(one));
    for (const std::size_t one : table.own) made.own.push_back(static_cast<std::int64_t>(one));
    return made;
}

Table table_of(const DumpedTable& dumped) {
    Table table;
    table.name = dumped.name;
    for (const DumpedColumn& column : dumped.columns) {
        std::size_t type = 0;
        while (type + 1 < kTypes.size() && kTypes[type] != column.type) ++type;
        table.columns.push_back({column.name, static_cast<ColumnType>(type)});
    }
    for (const std::int64_t one : dumped.key) table.key.push_back(static_cast<std::size_t>(one));
    for (const std::int64_t one : dumped.own) table.own.push_back(static_cast<std::size_t>(one));
    return table;
}

Result<> write_manifest(const std::filesystem::path& folder, const Manifest& manifest) {
    const std::string text = json::to_json(manifest);
    BIFROST_ASSIGN(auto file, NewFile::create(folder / "manifest.json"));
    BIFROST_CHECK(file.write(text + "\n" + sha256_hex(text) + "\n"));
    return file.finish();
}

Result<Manifest> read_manifest(const std::filesystem::path& folder) {
    const auto path = folder / "manifest.json";
    std::vector<std::string> lines;
    const auto read = read_lines(path, [&](std::string_view line) -> Result<> {
        lines.emplace_back(line);
        return {};
    });
    if (!read && read.error().code == Errc::not_found)
        return Error{Errc::not_found, "There is no finished backup in " + folder.string() + "."};
    if (!read) return read.error();
    if (lines.size() != 2) return changed(path, "was cut");
    if (lines[1] != sha256_hex(lines[0])) return changed(path, "has other bytes than were written");
    const auto value = boost::json::parse(lines[0]);
    if (value.at("format").as_int64() != 1)
        return Error{Errc::invalid, "A later program wrote this backup; restore it with that program."};
    return read_members(value);
}

} // namespace bifrost::site
