#pragma once
// What became of a transaction whose COMMIT got no reply.

#include <chrono>

#include "database/postgres/connection.hpp"
#include "database/postgres/write_tx.hpp"

namespace bifrost::database::postgres {

enum class Outcome { committed, undone, unknown };

/// Connects anew, until `deadline` if need be, and asks. `unknown` when the server doesn't come back in time.
Outcome find_outcome(Connection& connection, const WriteTx& lost, Connection::Clock::time_point deadline);

} // namespace bifrost::database::postgres
