#pragma once
// The search tables follow the event log: a consumer with a cursor of its own, which recomputes what the
// events touched.

#include <cstdint>

#include "core/result.hpp"
#include "database/database.hpp"

namespace bifrost::search {

/// Takes in the events behind the cursor, at most `most` of them, in one transaction with the cursor; how
/// many. 0: the index is up to date, or somebody else is at it. May be repeated and run by several at once.
Result<std::int64_t> index_events(database::Database& database, std::int64_t most = 500);

} // namespace bifrost::search
