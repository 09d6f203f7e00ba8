#pragma once
// What a role is made of: the HTTP side, the side that does jobs, and the endpoints for those who operate it.

#include <csignal>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "api/context.hpp"
#include "api/live_events.hpp"
#include "api/rate_limit.hpp"
#include "apps/outgoing_part.hpp"
#include "apps/site.hpp"
#include "apps/site_metrics.hpp"
#include "http/server.hpp"
#include "queue/wake_line.hpp"
#include "worker/jobs/event_follower.hpp"
#include "worker/jobs/index.hpp"
#include "worker/jobs/materialise.hpp"
#include "worker/worker.hpp"

namespace bifrost::apps {

/// The cache that all processes of the site share; empty without REDIS_URL.
Result<std::shared_ptr<cache::Cache>> open_shared_cache(const config::Config& config,
                                                        const access::Site& site);

/// Everything that both sides share, out of an opened site. `config` and `opened` outlive it.
class SharedParts {
  public:
    SharedParts(const config::Config& config, OpenedSite& opened, std::shared_ptr<cache::Cache> cache);

    /// Keeps answers, as far as the log says that they still hold.
    Result<> keep_answers();

    ~SharedParts();
    SharedParts(const SharedParts&) = delete;
    SharedParts& operator=(const SharedParts&) = delete;

    api::Context& context() { return context_; }

  private:
    /// What the cache's thread calls may be gone when it calls.
    struct Ear {
        std::mutex mutex;
        api::LiveEvents* live = nullptr;
    };

    queue::WakeLine wakes_;
    access::Authenticator authenticator_;
    std::shared_ptr<cache::Cache> cache_;
    api::AnswerCache answers_;
    api::RateLimit rate_limit_;
    api::HotAssets hot_assets_;
    api::LiveEvents live_;
    std::shared_ptr<Ear> ear_ = std::make_shared<Ear>();
    api::Context context_;
    SiteMetrics site_metrics_;
};

/// The API and the web UI on one address.
class ApiPart {
  public:
    ApiPart(const config::Config& config, api::Context& context, const config::Place& place);

    Result<> start() { return server_.start(); }
    /// "http://127.0.0.1:8000"
    [[nodiscard]] std::string origin() const;
    void drain(std::chrono::seconds most) { server_.drain(most); }

  private:
    config::Place place_;
    http::Server server_;
};

/// /livez, /readyz, /health, /version and /metrics on an address of their own.
class OperationsPart {
  public:
    OperationsPart(api::Context& context, const config::Place& place);

    Result<> start() { return server_.start(); }
    [[nodiscard]] std::string origin() const;
    void drain() { server_.drain(std::chrono::seconds(1)); }

  private:
    config::Place place_;
    http::Server server_;
};

/// The workers of this process.
class WorkPart {
  public:
    WorkPart(const config::Config& config, OpenedSite& opened);

    void start();
    void drain(std::chrono::seconds most);
    /// unavailable when the loop has not gone round for 30 s.
    [[nodiscard]] Result<> alive() const;

  private:
    std::unique_ptr<storage::ProjectFolder> projects_; ///< when PROJECTS_ROOT is set
    std::unique_ptr<worker::MaterialiseFollower> follower_;
    worker::Worker worker_;
    worker::SearchIndexer indexer_;
    worker::EventFollower notifier_;
    OutgoingPart outgoing_;
};

/// SIGTERM and SIGINT are taken by the main thread only; every other thread inherits the blocked mask.
sigset_t block_end_signals();
/// Waits for one of them and logs it.
void wait_for_end_signal(const sigset_t& signals);

} // namespace bifrost::apps
