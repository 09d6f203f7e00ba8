#pragma once
// A site that nobody serves, as what is copied from.

#include "site/copy.hpp"

namespace bifrost::site {

/// Both must outlive it. conflict: it has no site, its schema isn't this program's, it is an unfinished copy
/// itself, or (PostgreSQL) somebody else is connected to the database.
Result<std::unique_ptr<Source>> open_live_source(database::Database& database, storage::ObjectStore& store);

/// conflict when somebody else is connected to a PostgreSQL database.
Result<> check_alone(database::Database& database);

/// Opens a database whose transactions may take days: for copying. `url` as for open_database.
Result<std::unique_ptr<database::Database>> open_for_copying(const std::string& url);

} // namespace bifrost::site
