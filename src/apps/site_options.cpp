#include "apps/site_options.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "access/actor.hpp"
#include "core/text.hpp"
#include "database/migrations.hpp"

namespace bifrost::apps {
namespace {

Result<> make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (!error && ::access(folder.c_str(), W_OK | X_OK) == 0) return {};
    return Error{Errc::unavailable,
                 "The data folder " + folder.string() +
                     " can't be written. Give another one with --data, or mend its owner and permissions."};
}

} // namespace

void SiteOptions::add_to(CLI::App& command) {
    if (const char* url = std::getenv("DATABASE_URL")) database_url = url;
    command.add_option("--data", data, "Folder of the site: database, objects and keys")
        ->capture_default_str()
        ->envname("BIFROST_DATA");
}

SiteLock& SiteLock::operator=(SiteLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

SiteLock::~SiteLock() {
    if (descriptor_ >= 0) close(descriptor_);
}

Result<SiteLock> lock_site(const SiteOptions& options) {
    const std::filesystem::path folder = options.data;
    BIFROST_CHECK(make_folder(folder));
    const int descriptor = ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return Error{
            Errc::unavailable,
            "The data folder " + folder.string() +
                " can't be written. Give another one with --data, or mend its owner and permissions."};
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return SiteLock(descriptor);
    close(descriptor);
    return Error{Errc::conflict, "A server is running on the site in " + folder.string() +
                                     ". Stop it first, or give another folder with --data."};
}

Result<std::unique_ptr<database::Database>> open_site_database(const SiteOptions& options) {
    if (!options.database_url.empty()) return database::open_database(options.database_url);
    BIFROST_CHECK(make_folder(options.data));
    return database::open_database("sqlite:" + (std::filesystem::path(options.data) / "bifrost.db").string());
}

Result<OpenedSite> open_site(const SiteOptions& options) {
    OpenedSite opened;
    BIFROST_CHECK(make_folder(options.data));
    BIFROST_ASSIGN(opened.database, open_site_database(options));
    BIFROST_CHECK(database::migrate_up(*opened.database));
    BIFROST_ASSIGN(opened.site, access::open_site(*opened.database));
    storage::LocalStoreOptions store_options;
    store_options.root = std::filesystem::path(options.data) / "store";
    store_options.signing_key = opened.site.signing_key;
    BIFROST_ASSIGN(opened.store, storage::open_local_store(store_options));
    return opened;
}

} // namespace bifrost::apps
