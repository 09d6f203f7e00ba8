#pragma once
// Consumers of the log: each has a cursor of its own and works in the transaction that moves it.

#include <functional>
#include <string>
#include <vector>

#include "events/event_log.hpp"

namespace bifrost::events {

/// Gives the events behind the consumer's cursor, at most `most`, to `take_in` and moves the cursor along,
/// all in one transaction; how many. 0: it is up to date, or another process is at it. `take_in` may be run
/// again and does nothing but SQL.
Result<std::int64_t> follow(database::Database& database, const std::string& consumer, std::int64_t most,
                            const std::function<Result<>(database::Tx&, const std::vector<Event>&)>& take_in);

} // namespace bifrost::events
