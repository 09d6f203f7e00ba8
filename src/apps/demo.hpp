#pragma once

#include "database/database.hpp"
#include "storage/local/local_store.hpp"

namespace bifrost::apps {

/// Fills an example production: a project with assets of every type, versions with files, dependencies and
/// assemblies, made through the services like everything else. Without effect when the site has a project
/// already.
Result<> fill_demo(database::Database& database, storage::LocalStore& store);

} // namespace bifrost::apps
