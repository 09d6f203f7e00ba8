#include "database/database.hpp"

namespace bifrost::database {

Result<std::unique_ptr<Database>> open_postgres(const PostgresOptions&) {
    return Error{Errc::unavailable, "This program is built without PostgreSQL."};
}

} // namespace bifrost::database
