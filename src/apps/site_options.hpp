#pragma once
// Which site a command works on: the folder of --data, and the database that DATABASE_URL or that folder
// names.

#include <filesystem>
#include <memory>
#include <string>

#include <CLI/App.hpp>

#include "access/actor.hpp"
#include "access/site.hpp"
#include "database/database.hpp"
#include "storage/local/local_store.hpp"

namespace bifrost::apps {

struct SiteOptions {
    std::string data = "./bifrost-data";
    std::string database_url; ///< from the environment; empty: SQLite in the data folder

    /// Adds --data to a command.
    void add_to(CLI::App& command);
};

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
Result<SiteLock> lock_site(const SiteOptions& options);

/// An opened site. Members are destroyed in reverse order: the store and the database last.
struct OpenedSite {
    std::unique_ptr<database::Database> database;
    access::Site site;
    std::unique_ptr<storage::LocalStore> store;
};

/// Opens the database without touching its schema.
Result<std::unique_ptr<database::Database>> open_site_database(const SiteOptions& options);
/// Opens the site, migrated to this program's schema, making it when there is none.
Result<OpenedSite> open_site(const SiteOptions& options);

/// The actor of administrative commands; events name nobody.
inline access::Actor administrator() { return access::Actor::system(); }

} // namespace bifrost::apps
