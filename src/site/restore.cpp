#include "site/restore.hpp"

#include <algorithm>

#include "database/migration_text.hpp"
#include "database/migrations.hpp"
#include "site/copy.sql.hpp"

namespace bifrost::site {
namespace {

/// The program's migrations that the backup had; conflict when it had others.
Result<std::vector<database::MigrationText>> migrations_of(const Manifest& manifest) {
    std::vector<database::MigrationText> had;
    for (const auto& migration : database::all_migrations)
        if (std::ranges::find(manifest.migrations, migration.number) != manifest.migrations.end())
            had.push_back(migration);
    const bool are_first = std::equal(had.begin(), had.end(), database::all_migrations.begin(),
                                      [](const auto& a, const auto& b) { return a.number == b.number; });
    if (had.size() == manifest.migrations.size() && are_first) return had;
    return Error{Errc::conflict, "The backup is of another release, whose schema this program doesn't know. "
                                 "Restore it with that release, then upgrade."};
}

} // namespace

Result<Copied> restore_backup(const std::filesystem::path& folder, const Target& target, const Watch& watch) {
    BIFROST_ASSIGN(const Manifest manifest, check_backup(folder, watch));
    BIFROST_ASSIGN(const auto migrations, migrations_of(manifest));
    if (const auto migrated = database::migrate_up(target.database, migrations); !migrated) {
        if (migrated.error().code != Errc::conflict) return migrated.error();
        return Error{Errc::conflict,
                     "The target's database has another schema than the backup; give an empty "
                     "database. (" +
                         migrated.error().detail + ")"};
    }
    BIFROST_ASSIGN(const auto source, open_backup(folder));
    BIFROST_ASSIGN(const Copied copied, copy_site(*source, target, watch));
    BIFROST_CHECK(database::migrate_up(target.database));
    return copied;
}

} // namespace bifrost::site
