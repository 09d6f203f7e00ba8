#pragma once
// Where a site lies, as commands that copy sites are told: a data folder or a PostgreSQL database, and its
// objects.

#include <memory>
#include <string>

#include "apps/site.hpp"
#include "database/database.hpp"
#include "storage/object_store.hpp"

namespace bifrost::apps {

struct SitePlace {
    std::string database_url; ///< as for open_database
    config::Config config; ///< its data folder has the lock and, without a bucket, the objects below store/
};

/// `url`: a data folder, or postgresql://…; `objects`: a data folder, or s3://bucket, whose server and keys
/// are those of `config`. A data folder has its objects in itself, a PostgreSQL database needs `objects`.
/// invalid with a sentence that names what is wrong.
Result<SitePlace> parse_site_place(const config::Config& config, const std::string& url,
                                   const std::string& objects);
/// That of the settings.
SitePlace site_place_of(const config::Config& config);

/// A site opened for copying: alone, and without making anything of it.
struct OpenedPlace {
    SiteLock lock;
    std::unique_ptr<database::Database> database;
    std::unique_ptr<storage::ObjectStore> store;
};

enum class Locking {
    none,  ///< works beside a server
    alone, ///< conflict while one runs
};
/// `must_exist`: not_found when there is no database file; otherwise the folder and an empty database are
/// made.
Result<OpenedPlace> open_place(const SitePlace& place, Locking locking, bool must_exist);

} // namespace bifrost::apps
