#include "apps/site_place.hpp"

#include <filesystem>

#include "core/random.hpp"
#include "site/live_source.hpp"

namespace bifrost::apps {
namespace {

constexpr std::string_view kS3 = "s3://";

bool is_postgres(const std::string& url) {
    return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

std::string sqlite_url(const std::string& folder) {
    return "sqlite:" + (std::filesystem::path(folder) / "bifrost.db").string();
}

Result<> check_is_there(const SitePlace& place) {
    if (is_postgres(place.database_url)) return {};
    const std::string file = place.database_url.substr(std::string_view("sqlite:").size());
    if (std::filesystem::exists(file)) return {};
    return Error{Errc::not_found, "There is no site in " +
                                      std::filesystem::path(file).parent_path().string() +
                                      "; name its data folder."};
}

} // namespace

Result<SitePlace> parse_site_place(const config::Config& config, const std::string& url,
                                   const std::string& objects) {
    SitePlace place{url, config};
    place.config.s3_bucket.clear();
    place.config.data.clear();
    if (url.starts_with(kS3))
        return Error{Errc::invalid, "A site is named by its database; name the bucket with --from-objects or "
                                    "--to-objects."};
    if (is_postgres(url)) {
        if (objects.empty())
            return Error{Errc::invalid, "A site on PostgreSQL needs to be told where its objects lie: "
                                        "--from-objects or --to-objects with a data folder or s3://bucket."};
    } else {
        if (url.find("://") != std::string::npos)
            return Error{Errc::invalid,
                         "A site is named by its data folder or by postgresql://user@host/name."};
        place.config.data = url;
        place.database_url = sqlite_url(url);
    }
    if (objects.starts_with(kS3)) {
        place.config.s3_bucket = objects.substr(kS3.size());
        while (place.config.s3_bucket.ends_with('/')) place.config.s3_bucket.pop_back();
    } else if (!objects.empty()) {
        if (!is_postgres(url) && objects != url)
            return Error{Errc::invalid,
                         "A data folder has its objects in itself; leave the other folder out."};
        place.config.data = objects;
    }
    return place;
}

SitePlace site_place_of(const config::Config& config) {
    return {config.database_url.empty() ? sqlite_url(config.data) : config.database_url, config};
}

Result<OpenedPlace> open_place(const SitePlace& place, Locking locking, bool must_exist) {
    OpenedPlace opened;
    if (must_exist) BIFROST_CHECK(check_is_there(place));
    if (locking == Locking::alone && !place.config.data.empty()) {
        BIFROST_ASSIGN(opened.lock, lock_site(place.config));
    }
    BIFROST_ASSIGN(opened.database, site::open_for_copying(place.database_url));
    if (locking == Locking::alone) BIFROST_CHECK(site::check_alone(*opened.database));
    access::Site unsigned_site;
    unsigned_site.signing_key = random_token(48); // nothing is signed here
    BIFROST_ASSIGN(opened.store, open_site_store(place.config, unsigned_site));
    return opened;
}

} // namespace bifrost::apps
