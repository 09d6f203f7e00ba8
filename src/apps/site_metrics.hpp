#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "core/metrics.hpp"
#include "database/activity.hpp"
#include "database/database.hpp"

namespace bifrost::apps {

/// Publishes how many users are active, the connections of this process and what PostgreSQL says of itself. A
/// thread of its own asks every ten seconds, so that a scrape never waits for a database that is away.
class SiteMetrics {
  public:
    explicit SiteMetrics(database::Database& database);
    SiteMetrics(const SiteMetrics&) = delete;
    SiteMetrics& operator=(const SiteMetrics&) = delete;
    ~SiteMetrics();

  private:
    void work(const std::stop_token& stop);
    void look();
    void publish(const database::Activity& activity);

    database::Database& database_;
    std::optional<database::Activity> last_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::jthread thread_;
};

} // namespace bifrost::apps
