#pragma once
// The migrations of src/database/migrations, embedded by tools/sql_embed.py.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "database/database.hpp"

namespace bifrost::database {

struct MigrationText {
    std::int64_t number;
    std::string_view name;
    std::string_view sqlite;
    std::string_view postgres;

    [[nodiscard]] std::string_view text(Dialect dialect) const {
        return dialect == Dialect::sqlite ? sqlite : postgres;
    }
};

/// In the order of their numbers, which begin with 1 and have no gap.
extern const std::span<const MigrationText> all_migrations;

/// As migrate_up of migrations.hpp, with other migrations than the program's.
Result<std::vector<std::int64_t>> migrate_up(Database& database, std::span<const MigrationText> known);

} // namespace bifrost::database
