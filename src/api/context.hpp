#pragma once
// What the routes work with; made by the main program, living as long as the server.

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "access/authenticator.hpp"
#include "api/answer_cache.hpp"
#include "database/database.hpp"
#include "storage/local/local_store.hpp"

namespace bifrost::storage {
class SharedCache;
}

namespace bifrost::outbound {
class Outside;
}

namespace bifrost::api {

struct HealthCheck {
    std::string name; ///< database, cache, queue, storage, shared_files
    std::function<Result<>()> check;
    bool required = true; ///< without it the site is down, else degraded
};

struct Settings {
    std::string version;
    std::string environment = "development"; ///< development, staging or production
    bool insecure_lan = false; ///< plain-http cookies for other hosts than loopback, warned of at start
    std::string projects_root; ///< the shared file system of the productions; empty: there is none
    std::int64_t most_file_bytes = 5000LL * 1024 * 1024;
    std::vector<std::string> allowed_origins;
    bool metrics_on_main_port = true;
};

class HiddenFields;
class HotAssets;
class LiveEvents;
class RateLimit;

struct Context {
    database::Database& database;
    storage::ObjectStore& store;
    storage::LocalStore* local_store = nullptr; ///< set when the store is the local one
    access::Authenticator& authenticator;
    AnswerCache& answers;
    Settings settings;
    std::vector<HealthCheck> health_checks;
    std::function<bool()> draining = [] { return false; };
    LiveEvents* live = nullptr;      ///< of an API process
    HotAssets* hot_assets = nullptr; ///< where they are kept
    RateLimit* rate_limit = nullptr;
    std::function<void()> tell_others = [] {}; ///< that something was written
    /// Whether the threads of this process still go round; without, only a restart helps.
    std::function<Result<>()> alive = [] { return Result<>{}; };
    /// What not everybody sees of metadata; made with the router.
    std::shared_ptr<HiddenFields> hidden_fields;
    storage::SharedCache* shared_cache = nullptr;     ///< set when SHARED_CACHE_ROOT is
    std::shared_ptr<const outbound::Outside> outside; ///< what may be called for somebody
};

} // namespace bifrost::api
