#pragma once
// What PostgreSQL says of itself: connections, transactions, its buffers, its archive.

#include <cstdint>
#include <optional>

#include <boost/describe.hpp>

#include "core/result.hpp"
#include "database/database.hpp"

namespace bifrost::database {

/// Sums are of the database since its statistics were reset; all processes of a site are told the same.
struct Activity {
    std::int64_t connections = 0;
    std::int64_t most_connections = 0; ///< of the whole server
    std::int64_t waiting_for_locks = 0;
    std::int64_t committed = 0;
    std::int64_t rolled_back = 0;
    std::int64_t blocks_hit = 0;  ///< found in memory
    std::int64_t blocks_read = 0; ///< asked of the disk
    std::int64_t deadlocks = 0;
    std::int64_t temporary_bytes = 0;
    std::int64_t bytes = 0;
    std::int64_t oldest_transaction_seconds = 0;
    std::int64_t archive_failures = 0;
    std::int64_t archive_age_seconds =
        0;                     ///< since the last segment of the log was archived; 0: none ever was
    std::int64_t archives = 0; ///< 1 when the log is archived at all
};
BOOST_DESCRIBE_STRUCT(Activity, (),
                      (connections, most_connections, waiting_for_locks, committed, rolled_back, blocks_hit,
                       blocks_read, deadlocks, temporary_bytes, bytes, oldest_transaction_seconds,
                       archive_failures, archive_age_seconds, archives))

/// Nothing for SQLite.
Result<std::optional<Activity>> find_activity(Tx& tx);
/// How many servers follow this one; 0 for SQLite.
Result<std::int64_t> count_standbys(Tx& tx);

} // namespace bifrost::database
