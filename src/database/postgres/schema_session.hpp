#pragma once
// A connection for migrations: without limits on time, and held alone by an advisory lock.

#include <memory>

#include "database/database.hpp"
#include "database/schema_access.hpp"

namespace bifrost::database::postgres {

Result<std::unique_ptr<SchemaSession>> open_schema_session(const PostgresOptions& options);

} // namespace bifrost::database::postgres
