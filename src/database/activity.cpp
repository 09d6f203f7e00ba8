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

} // namespace bifrost::database
