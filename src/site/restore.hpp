#pragma once
// A backup back into an empty place.

#include "site/backup.hpp"

namespace bifrost::site {

/// Checks every byte of the backup before anything is written, brings the database to the backup's schema,
/// copies and compares, and then brings it to this program's. Broken off, it goes on when it is called again.
/// conflict: there is a site already, or the schema is of another release; invalid: the backup was cut or
/// changed.
Result<Copied> restore_backup(const std::filesystem::path& folder, const Target& target, const Watch& watch);

} // namespace bifrost::site
