#pragma once
// One consistent backup of the database and the stored objects, taken beside a running server.

#include <filesystem>

#include "site/copy.hpp"
#include "site/manifest.hpp"

namespace bifrost::site {

/// Writes a backup into a folder that is empty, or holds one that was broken off: objects that are there are
/// not copied again. The rows are of one moment; every object that they speak of comes with them, since the
/// collector waits for backups. `database` is one of open_for_copying. Objects that the site doesn't have
/// whole are named in `missing` of the manifest. conflict: the folder holds something else; out_of_space.
Result<Manifest> make_backup(const Target& site, const std::filesystem::path& folder,
                             const std::string& program, const Watch& watch);

/// Reads everything in the folder again. invalid, with the place, when anything is missing, cut or changed.
Result<Manifest> check_backup(const std::filesystem::path& folder, const Watch& watch);

/// A backup as what is copied from; check it first.
Result<std::unique_ptr<Source>> open_backup(const std::filesystem::path& folder);

} // namespace bifrost::site
