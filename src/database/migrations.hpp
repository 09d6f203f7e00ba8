#pragma once
// Schema migrations: forward only, numbered, checksummed, locked; each runs in one transaction.

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/timestamp.hpp"
#include "database/database.hpp"

namespace bifrost::database {

struct MigrationStatus {
    std::int64_t number = 0;
    std::string name;
    std::string checksum; ///< sha256 of its text for this database
    std::optional<Timestamp> applied_at;
};
BOOST_DESCRIBE_STRUCT(MigrationStatus, (), (number, name, checksum, applied_at))

/// Every migration of this program with its state in the database.
Result<std::vector<MigrationStatus>> migration_status(Database& database);
/// Applies what is missing and returns the numbers applied. Only one process does it at a time; others wait.
/// Fails with `conflict` when an applied migration's text has changed or the schema is newer than the
/// program.
Result<std::vector<std::int64_t>> migrate_up(Database& database);
/// Fails with a sentence unless the schema is exactly this program's.
Result<> verify_schema(Database& database);

} // namespace bifrost::database
