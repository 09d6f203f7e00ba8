#pragma once
// What became of a transaction whose COMMIT got no reply.

#include <chrono>

#include "core/id.hpp"
#include "database/postgres/connection.hpp"

namespace bifrost::database::postgres {

enum class Outcome { committed, undone, unknown };

/// Connects anew in place of the connection that was lost, until `deadline` if need be, and asks. `unknown`
/// when the server doesn't come back in time.
Outcome find_outcome(Connection& connection, const Id& marker, Connection::Clock::time_point deadline);

} // namespace bifrost::database::postgres
