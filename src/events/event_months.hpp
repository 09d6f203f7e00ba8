#pragma once
// The monthly partitions of the log in PostgreSQL (docs/decisions). SQLite has none.

#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/timestamp.hpp"
#include "database/database.hpp"

namespace bifrost::events {

/// Months that stand ready ahead of the present one.
inline constexpr int kMonthsAhead = 2;

/// Makes the partitions of the month of `now`, of the next kMonthsAhead, and of each month whose events had
/// to go to the default partition, and moves those there. The names of those it made ("event_2026_11"), each
/// in a transaction of its own; nothing on SQLite. unavailable: a reader held the default partition for
/// longer than 2 s, or a migration runs; to be tried again.
Result<std::vector<std::string>> make_event_months(database::Database& database, Timestamp now);

} // namespace bifrost::events
