#pragma once
// The site that the settings name: its lock, its database and its stored bytes.

#include <chrono>
#include <memory>
#include <string>

#include "access/actor.hpp"
#include "access/site.hpp"
#include "core/config.hpp"
#include "database/database.hpp"
#include "storage/local/local_store.hpp"
#include "storage/s3/s3_store.hpp"
#include "storage/shared_files/shared_cache.hpp"

namespace bifrost::apps {

/// Holds the site's lock for as long as it lives; the lock ends with the process, however that ends.
class SiteLock {
  public:
    SiteLock() = default;
    explicit SiteLock(int descriptor) : descriptor_(descriptor) {}
    SiteLock(SiteLock&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
    SiteLock& operator=(SiteLock&& other) noexcept;
    ~SiteLock();

  private:
    int descriptor_ = -1;
};

/// Makes the data folder and takes its lock; conflict when a server runs on it, unavailable when it can't be
/// written.
Result<SiteLock> lock_site(const config::Config& config);

/// What a process is to the database: servers of requests read from replicas, and servers and workers watch
/// the primary for their metrics.
enum class DatabaseUse { command, worker, server };

/// An opened site. Members are destroyed in reverse order: the store and the database last.
struct OpenedSite {
    std::unique_ptr<database::Database> database;
    access::Site site;
    std::unique_ptr<storage::ObjectStore> store;
    std::unique_ptr<storage::SharedCache> shared_cache; ///< when SHARED_CACHE_ROOT is set

    /// The store when it is the local one, whose signed URLs this program serves itself.
    [[nodiscard]] storage::LocalStore* local_store() const;
};

/// Opens the database without touching its schema.
Result<std::unique_ptr<database::Database>> open_site_database(const config::Config& config,
                                                               DatabaseUse use = DatabaseUse::command);
/// How S3 is reached, when S3_BUCKET is set.
storage::S3StoreOptions s3_options(const config::Config& config);
/// Opens the store of the site's bytes.
Result<std::unique_ptr<storage::ObjectStore>> open_site_store(const config::Config& config,
                                                              const access::Site& site);
/// Opens the site, migrated to this program's schema, making it when there is none.
Result<OpenedSite> open_site(const config::Config& config, DatabaseUse use = DatabaseUse::command);
/// The same for a process among several: waits up to `patience` for a database that isn't there yet, and,
/// with MIGRATE_ON_START=false, for somebody to bring its schema up.
Result<OpenedSite> open_shared_site(const config::Config& config, DatabaseUse use,
                                    std::chrono::seconds patience);

/// The actor of administrative commands; events name nobody.
inline access::Actor administrator() { return access::Actor::system(); }

} // namespace bifrost::apps
