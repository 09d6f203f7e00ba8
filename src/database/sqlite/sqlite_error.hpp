#pragma once
// SQLite's result codes as errors.

#include <string_view>

#include "core/error.hpp"

struct sqlite3;

namespace bifrost::database::sqlite {

/// The error of the call that failed last on `database`; asks the schema for the name of a violated
/// constraint. `sql` goes to the log when the failure is a bug or a broken part.
Error last_error(sqlite3* database, std::string_view sql);

} // namespace bifrost::database::sqlite
