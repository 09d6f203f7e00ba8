#include "database/activity.hpp"

#include "database/activity.sql.hpp"
#include "database/rows.hpp"

namespace bifrost::database {

Result<std::optional<Activity>> find_activity(Tx& tx) {
    if (tx.dialect() == Dialect::sqlite) return std::optional<Activity>{};
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_activity));
    if (rows.empty()) return std::optional<Activity>{};
    return std::optional<Activity>{rows[0].as<Activity>()};
}

Result<std::int64_t> count_standbys(Tx& tx) {
    if (tx.dialect() == Dialect::sqlite) return std::int64_t{0};
    BIFROST_ASSIGN(const auto rows, tx.query(sql::count_standbys));
    return rows.empty() ? std::int64_t{0} : rows[0].integer(0);
}

} // namespace bifrost::database
