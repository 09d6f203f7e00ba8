#include "apps/parts.hpp"

#include <filesystem>

#include <pthread.h>

#include "api/observe.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "api/web_files.hpp"
#include "apps/process_metrics.hpp"
#include "core/hash.hpp"
#include "core/log.hpp"
#include "media/sandbox.hpp"
#include "services/notification/notification.hpp"
#include "storage/s3/s3_store.hpp"
#include "worker/jobs/all_jobs.hpp"

namespace bifrost::apps {
namespace {

/// Where the productions' folders lie. One machine alone has them in its data folder; processes that share a
/// database must be told, or each would look at a disk of its own.
std::string projects_root_of(const config::Config& config) {
    if (!config.projects_root.empty() || config.database_url.starts_with("postgres"))
        return config.projects_root;
    std::error_code failure;
    const std::filesystem::path folder = std::filesystem::path(config.data) / "projects";
    std::filesystem::create_directories(folder, failure);
    const auto whole = std::filesystem::canonical(folder, failure);
    return failure ? std::string{} : whole.string();
}

constexpr std::chrono::seconds kLongestTick{30};

constexpr const char* kWritten = "written"; ///< the channel of wake-ups for whoever follows the log

std::vector<api::HealthCheck> health_checks(const config::Config& config, OpenedSite& opened,
                                            const std::shared_ptr<cache::Cache>& cache) {
    // Without a shared one it lives in this process: it is there when the process is.
    std::vector<api::HealthCheck> checks = {
        {"database", [&] { return opened.database->ping(); }, true},
        {"cache", [cache] { return cache ? cache->ping() : Result<>{}; }, false},
        {"queue", [&] { return opened.database->ping(); }, true},
        {"storage", [&] { return opened.store->ping(); }, true}};
    if (!config.projects_root.empty())
        checks.push_back({"shared_files",
                          [root = config.projects_root]() -> Result<> {
                              BIFROST_CHECK(storage::Disk::open(root));
                              return {};
                          },
                          false});
    return checks;
}

worker::PreviewOptions preview_options(const config::Config& config) {
    worker::PreviewOptions options;
    options.most_at_once = static_cast<std::size_t>(config.preview_concurrency);
    return options;
}

void say_what_protects() {
    const auto protection = media::sandbox_protection();
    if (protection.is_whole())
        log::info("previews are made in a sandbox", {{"layers", protection.text()}});
    else
        log::warning("previews are made in a sandbox that lacks a layer", {{"layers", protection.text()}});
}

std::string origin_of(const std::string& host, std::uint16_t port) {
    const bool v6 = host.find(':') != std::string::npos;
    return "http://" + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

http::ServerOptions server_options(const config::Config& config, const config::Place& place) {
    http::ServerOptions options;
    options.host = place.host;
    options.port = place.port;
    options.trusted_proxies = config.trusted_proxies;
    options.allowed_origins = config.allowed_origins;
    return options;
}

http::ServerOptions operations_options(const config::Place& place) {
    http::ServerOptions options;
    options.host = place.host;
    options.port = place.port;
    options.fast_threads = 1;
    options.slow_threads = 1;
    options.file_threads = 1;
    options.most_connections = 100;
    return options;
}

/// Where browsers send and fetch bytes when that isn't this server.
std::string store_origin(const config::Config& config) {
    if (config.s3_bucket.empty()) return {};
    const auto origin = storage::s3_client_origin(s3_options(config));
    return origin ? *origin : std::string{}; // the store has said what is wrong with the settings
}

std::unique_ptr<storage::ProjectFolder> project_folder(const config::Config& config, OpenedSite& opened) {
    if (config.projects_root.empty()) return nullptr;
    return std::make_unique<storage::ProjectFolder>(config.projects_root, *opened.store,
                                                    opened.shared_cache.get());
}

std::vector<worker::JobKind> job_kinds(const config::Config& config, OpenedSite& opened,
                                       storage::ProjectFolder* projects) {
    auto kinds = worker::all_jobs(*opened.store, projects_root_of(config), preview_options(config));
    if (projects != nullptr) kinds.push_back(worker::materialise_job(*projects));
    return kinds;
}

} // namespace

Result<std::shared_ptr<cache::Cache>> open_shared_cache(const config::Config& config,
                                                        const access::Site& site) {
    if (config.redis_url.empty()) return std::shared_ptr<cache::Cache>{};
    cache::RedisOptions options;
    options.url = config.redis_url;
    // Sites that share a Redis share nothing in it; the key is secret, a part of its hash isn't.
    options.prefix = "bifrost:" + sha256_hex(site.signing_key).substr(0, 12) + ":";
    BIFROST_ASSIGN(auto opened, cache::open_redis_cache(options));
    return std::shared_ptr<cache::Cache>(std::move(opened));
}

SharedParts::SharedParts(const config::Config& config, OpenedSite& opened,
                         std::shared_ptr<cache::Cache> cache)
    : wakes_(config.database_url), authenticator_(*opened.database), cache_(std::move(cache)),
      rate_limit_(cache_, config.sign_ins_per_minute, config.requests_per_minute),
      hot_assets_(*opened.database, cache_, std::chrono::seconds(config.cache_ttl_seconds)),
      live_(*opened.database, authenticator_),
      context_{*opened.database, *opened.store, opened.local_store(), authenticator_, answers_, {}, {}},
      site_metrics_(*opened.database) {
    publish_process_metrics(BIFROST_VERSION);
    context_.settings.version = BIFROST_VERSION;
    context_.settings.environment = config.environment;
    context_.settings.insecure_lan = config.insecure_lan;
    context_.settings.most_file_bytes = config.max_file_size_mb * 1024 * 1024;
    context_.settings.allowed_origins = config.allowed_origins;
    context_.settings.projects_root = projects_root_of(config);
    context_.outside = make_outside(config);
    context_.live = &live_;
    context_.shared_cache = opened.shared_cache.get();
    context_.rate_limit = &rate_limit_;
    context_.health_checks = health_checks(config, opened, cache_);
    if (!cache_) return;
    context_.tell_others = [cache = cache_] { cache->tell(kWritten); };
    ear_->live = &live_;
    cache_->listen(kWritten, [ear = ear_] {
        const std::lock_guard lock(ear->mutex);
        if (ear->live != nullptr) ear->live->notify();
    });
}

SharedParts::~SharedParts() {
    const std::lock_guard lock(ear_->mutex);
    ear_->live = nullptr;
}

Result<> SharedParts::keep_answers() {
    BIFROST_CHECK(live_.watch(hot_assets_));
    context_.hot_assets = &hot_assets_;
    return {};
}

ApiPart::ApiPart(const config::Config& config, api::Context& context, const config::Place& place)
    : place_(place),
      server_(server_options(config, place), api::make_router(context),
              api::web_files(context, store_origin(config)), api::problem, api::observe_requests()) {
    context.draining = [this] { return server_.draining(); };
}

std::string ApiPart::origin() const { return origin_of(place_.host, server_.port()); }

OperationsPart::OperationsPart(api::Context& context, const config::Place& place)
    : place_(place),
      server_(
          operations_options(place), api::make_operations_router(context),
          [](const http::Request& request) {
              return api::problem({Errc::not_found, "There is nothing at this address."}, request);
          },
          api::problem, api::observe_requests()) {}

std::string OperationsPart::origin() const { return origin_of(place_.host, server_.port()); }

WorkPart::WorkPart(const config::Config& config, OpenedSite& opened)
    : projects_(project_folder(config, opened)),
      follower_(projects_ ? std::make_unique<worker::MaterialiseFollower>(*opened.database) : nullptr),
      worker_(*opened.database, job_kinds(config, opened, projects_.get()),
              [&] {
                  // Previews take long and places of their own, so that no upload waits behind one.
                  worker::Options options;
                  options.concurrency =
                      static_cast<std::size_t>(config.worker_concurrency + config.preview_concurrency);
                  return options;
              }()),
      indexer_(*opened.database),
      notifier_("notifications",
                [database = opened.database.get()] { return notification::tell_people(*database); }),
      outgoing_(config, *opened.database) {}

void WorkPart::start() {
    say_what_protects();
    worker_.start();
    indexer_.start();
    notifier_.start();
    outgoing_.start();
    if (follower_) follower_->start();
}

void WorkPart::drain(std::chrono::seconds most) {
    if (follower_) follower_->stop();
    outgoing_.stop();
    worker_.drain(most);
    indexer_.stop();
    notifier_.stop();
}

Result<> WorkPart::alive() const {
    if (worker_.last_tick_age() < kLongestTick) return {};
    return Error{Errc::unavailable, "The worker's loop has not gone round for 30 seconds."};
}

sigset_t block_end_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return signals;
}

void wait_for_end_signal(const sigset_t& signals) {
    int received = 0;
    sigwait(&signals, &received);
    log::info("draining", {{"signal", received == SIGTERM ? "SIGTERM" : "SIGINT"}});
}

} // namespace bifrost::apps
