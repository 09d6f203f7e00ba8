#pragma once
// What a backup's folder holds: manifest.json, tables/<name>.ndjson (a row a line),
// objects/<first two>/<sha256>, previews/<key>.

#include <filesystem>
#include <string>
#include <vector>

#include "core/json_writer.hpp"
#include "core/result.hpp"
#include "core/timestamp.hpp"
#include "site/table.hpp"

namespace bifrost::site {

struct DumpedColumn {
    std::string name;
    std::string type; ///< text, integer, real, boolean, uuid, json
};
BOOST_DESCRIBE_STRUCT(DumpedColumn, (), (name, type))

struct DumpedTable {
    std::string name;
    std::vector<DumpedColumn> columns;
    std::vector<std::int64_t> key;
    std::vector<std::int64_t> own;
    std::int64_t rows = 0;
    std::int64_t size = 0;
    std::string sha256;
};
BOOST_DESCRIBE_STRUCT(DumpedTable, (), (name, columns, key, own, rows, size, sha256))

struct Manifest {
    std::int64_t format = 1;
    std::string id;
    Timestamp created_at;
    std::string program;
    std::int64_t epoch = 0;
    std::string position; ///< of the last event in it
    std::string backend;  ///< where the objects lay
    std::vector<std::int64_t> migrations;
    std::int64_t objects = 0;
    std::int64_t bytes = 0;
    std::vector<std::string> missing; ///< objects that the site itself didn't have whole
    std::vector<DumpedTable> tables;
};
BOOST_DESCRIBE_STRUCT(Manifest, (),
                      (format, id, created_at, program, epoch, position, backend, migrations, objects, bytes,
                       missing, tables))

std::filesystem::path table_path(const std::filesystem::path& folder, const std::string& table);
std::filesystem::path object_path(const std::filesystem::path& folder, const std::string& sha256);
std::filesystem::path preview_path(const std::filesystem::path& folder, const std::string& key);

DumpedTable dumped(const Table& table);
Table table_of(const DumpedTable& dumped);

/// Two lines: the manifest, and the sha256 of the first line. Durable.
Result<> write_manifest(const std::filesystem::path& folder, const Manifest& manifest);
/// not_found when there is none: no backup, or one that was never finished. invalid when it was cut or
/// changed, or a later program wrote it.
Result<Manifest> read_manifest(const std::filesystem::path& folder);

} // namespace bifrost::site
