#pragma once
// PostgreSQL's SQLSTATEs as errors (https://www.postgresql.org/docs/15/errcodes-appendix.html).

#include <string_view>

#include "core/error.hpp"

struct pg_result;

namespace bifrost::database::postgres {

/// What to do about a failure.
enum class Trouble {
    refused,  ///< the statement's own fault or the data's: nothing to repeat
    conflict, ///< 40001, 40P01: run the transaction again
    lost,     ///< the connection can't be used any more
};

struct Failure {
    Error error;
    Trouble trouble = Trouble::refused;
};

/// The failure that a result reports. What is nobody's fault but ours or the server's goes to the log, with
/// `sql`.
Failure failure_of(const pg_result* result, std::string_view sql);
/// A connection that broke or stayed silent; `reason` goes to the log.
Failure connection_lost(std::string_view reason);

} // namespace bifrost::database::postgres
