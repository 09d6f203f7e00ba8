#include "apps/site.hpp"

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/log.hpp"
#include "database/migrations.hpp"

namespace bifrost::apps {
namespace {

Error cannot_write(const std::filesystem::path& folder) {
    return {Errc::unavailable,
            "The data folder " + folder.string() +
                " can't be written. Give another one with --data, or mend its owner and permissions."};
}

Result<> make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (!error && ::access(folder.c_str(), W_OK | X_OK) == 0) return {};
    return cannot_write(folder);
}

/// Runs `attempt` until it gives anything but unavailable or conflict, or the time is over.
template <class T>
Result<T> patiently(std::chrono::steady_clock::time_point end, const std::function<Result<T>()>& attempt) {
    constexpr std::chrono::milliseconds kPause{500};
    bool told = false;
    for (;;) {
        auto result = attempt();
        if (result) return result;
        const bool may_pass =
            result.error().code == Errc::unavailable || result.error().code == Errc::conflict;
        if (!may_pass || std::chrono::steady_clock::now() + kPause > end) return result;
        if (!std::exchange(told, true)) log::warning("waiting", {{"detail", result.error().detail}});
        std::this_thread::sleep_for(kPause);
    }
}

} // namespace

storage::S3StoreOptions s3_options(const config::Config& config) {
    storage::S3StoreOptions options;
    options.bucket = config.s3_bucket;
    options.endpoint = config.s3_endpoint;
    options.public_endpoint = config.s3_public_endpoint;
    options.region = config.s3_region;
    options.access_key = config.s3_access_key_id;
    options.secret_key = config.s3_secret_access_key;
    options.session_token = config.s3_session_token;
    options.ca_file = config.s3_ca_file;
    // AWS wants the bucket in the host's name; other servers seldom have a name for each.
    options.path_style = !config.s3_endpoint.empty();
    return options;
}

SiteLock& SiteLock::operator=(SiteLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

SiteLock::~SiteLock() {
    if (descriptor_ >= 0) close(descriptor_);
}

Result<SiteLock> lock_site(const config::Config& config) {
    const std::filesystem::path folder = config.data;
    BIFROST_CHECK(make_folder(folder));
    const int descriptor = ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return cannot_write(folder);
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return SiteLock(descriptor);
    close(descriptor);
    return Error{Errc::conflict, "A server is running on the site in " + folder.string() +
                                     ". Stop it first, or give another folder with --data."};
}

storage::LocalStore* OpenedSite::local_store() const {
    return dynamic_cast<storage::LocalStore*>(store.get());
}

Result<std::unique_ptr<database::Database>> open_site_database(const config::Config& config,
                                                               DatabaseUse use) {
    if (!config.database_url.empty()) {
        if (config.database_url.starts_with("sqlite:")) return database::open_database(config.database_url);
        database::PostgresOptions options;
        options.url = config.database_url;
        options.most_connections = static_cast<std::size_t>(config.database_connections);
        if (use == DatabaseUse::server) options.replica_urls = config.database_replica_urls;
        options.watch_primary = use != DatabaseUse::command;
        return database::open_postgres(options);
    }
    BIFROST_CHECK(make_folder(config.data));
    return database::open_database("sqlite:" + (std::filesystem::path(config.data) / "bifrost.db").string());
}

Result<std::unique_ptr<storage::ObjectStore>> open_site_store(const config::Config& config,
                                                              const access::Site& site) {
    if (!config.s3_bucket.empty()) return storage::open_s3_store(s3_options(config));
    BIFROST_CHECK(make_folder(config.data));
    storage::LocalStoreOptions options;
    options.root = std::filesystem::path(config.data) / "store";
    options.signing_key = site.signing_key;
    BIFROST_ASSIGN(auto store, storage::open_local_store(options));
    return std::unique_ptr<storage::ObjectStore>(std::move(store));
}

/// The cache that machines share, when there is one.
std::unique_ptr<storage::SharedCache> make_shared_cache(const config::Config& config,
                                                        const OpenedSite& opened) {
    if (config.shared_cache_root.empty()) return nullptr;
    storage::SharedCacheOptions options;
    options.root = config.shared_cache_root;
    options.most_bytes = config.shared_cache_size_mb * 1'000'000;
    options.signing_key = opened.site.signing_key;
    return std::make_unique<storage::SharedCache>(std::move(options), *opened.store);
}

Result<OpenedSite> open_site(const config::Config& config, DatabaseUse use) {
    OpenedSite opened;
    BIFROST_ASSIGN(opened.database, open_site_database(config, use));
    BIFROST_CHECK(database::migrate_up(*opened.database));
    BIFROST_ASSIGN(opened.site, access::open_site(*opened.database));
    BIFROST_ASSIGN(opened.store, open_site_store(config, opened.site));
    opened.shared_cache = make_shared_cache(config, opened);
    return opened;
}

Result<OpenedSite> open_shared_site(const config::Config& config, DatabaseUse use,
                                    std::chrono::seconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    OpenedSite opened;
    BIFROST_ASSIGN(opened.database, patiently<std::unique_ptr<database::Database>>(
                                        end, [&] { return open_site_database(config, use); }));
    if (config.migrate_on_start)
        BIFROST_CHECK(database::migrate_up(*opened.database));
    else
        BIFROST_CHECK(patiently<void>(end, [&] { return database::verify_schema(*opened.database); }));
    BIFROST_ASSIGN(opened.site, access::open_site(*opened.database));
    BIFROST_ASSIGN(opened.store, open_site_store(config, opened.site));
    opened.shared_cache = make_shared_cache(config, opened);
    return opened;
}

} // namespace bifrost::apps
