#include "apps/site_metrics.hpp"

#include <algorithm>
#include <chrono>

#include "access/session.hpp"
#include "core/log.hpp"

namespace bifrost::apps {
namespace {

constexpr std::chrono::seconds kEvery{10};
/// Uses of sessions are noted every five minutes, so anything less would miss somebody who is at work.
constexpr std::chrono::minutes kActive{15};

void set(const std::string& name, const std::string& help, std::int64_t value,
         const metrics::Labels& labels = {}) {
    metrics::gauge(name, help, labels).set(static_cast<double>(value));
}

/// Sums that the database counts; they begin anew when its statistics are reset.
void follow(const std::string& name, const std::string& help, std::int64_t before, std::int64_t now,
            const metrics::Labels& labels = {}) {
    metrics::counter(name, help, labels).increment(static_cast<double>(now >= before ? now - before : now));
}

} // namespace

SiteMetrics::SiteMetrics(database::Database& database)
    : database_(database), thread_([this](const std::stop_token& stop) { work(stop); }) {}

SiteMetrics::~SiteMetrics() {
    thread_.request_stop();
    changed_.notify_all();
    thread_.join();
}

void SiteMetrics::work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        lock.unlock();
        look();
        lock.lock();
        changed_.wait_for(lock, stop, kEvery, [] { return false; });
    }
}

void SiteMetrics::look() {
    const auto stats = database_.stats();
    const char* const kConnections = "Connections of this process to its database";
    set("bifrost_database_connections", kConnections, static_cast<std::int64_t>(stats.connections_open),
        {{"state", "open"}});
    set("bifrost_database_connections", kConnections, static_cast<std::int64_t>(stats.connections_busy),
        {{"state", "busy"}});
    set("bifrost_database_connections", kConnections, static_cast<std::int64_t>(stats.waiting),
        {{"state", "waited_for"}});
    struct Seen {
        std::int64_t users = 0;
        std::optional<database::Activity> activity;
    };
    const Timestamp since{Timestamp::now().micros - std::chrono::microseconds(kActive).count()};
    const auto seen = database_.read([&](database::Tx& tx) -> Result<Seen> {
        Seen now;
        BIFROST_ASSIGN(now.users, access::count_active_users(tx, since));
        BIFROST_ASSIGN(now.activity, database::find_activity(tx));
        return now;
    });
    metrics::gauge("bifrost_database_up", "1 while the database answers this process").set(seen ? 1 : 0);
    if (!seen) return log::debug("the site's metrics are out of date", {{"detail", seen.error().detail}});
    set("bifrost_active_users", "Users that have called within a quarter of an hour", seen->users);
    if (seen->activity) publish(*seen->activity);
}

void SiteMetrics::publish(const database::Activity& now) {
    const database::Activity before = last_.value_or(now);
    set("bifrost_postgres_connections", "Connections to the database, of everybody", now.connections);
    set("bifrost_postgres_connections_limit", "max_connections of the server", now.most_connections);
    set("bifrost_postgres_lock_waits", "Who waits for a lock right now", now.waiting_for_locks);
    set("bifrost_postgres_size_bytes", "Size of the database", now.bytes);
    set("bifrost_postgres_oldest_transaction_seconds", "For how long the oldest transaction has been running",
        now.oldest_transaction_seconds);
    set("bifrost_postgres_archive_enabled", "1 when the server archives its log (point-in-time recovery)",
        now.archives);
    set("bifrost_postgres_archive_age_seconds", "Since the last segment of the log was archived; 0: none was",
        now.archive_age_seconds);
    const char* const kTransactions = "Transactions of the database, of everybody";
    follow("bifrost_postgres_transactions_total", kTransactions, before.committed, now.committed,
           {{"outcome", "committed"}});
    follow("bifrost_postgres_transactions_total", kTransactions, before.rolled_back, now.rolled_back,
           {{"outcome", "rolled_back"}});
    const char* const kBlocks = "Blocks that queries needed, by where they were found";
    follow("bifrost_postgres_blocks_total", kBlocks, before.blocks_hit, now.blocks_hit, {{"from", "memory"}});
    follow("bifrost_postgres_blocks_total", kBlocks, before.blocks_read, now.blocks_read, {{"from", "disk"}});
    follow("bifrost_postgres_deadlocks_total", "Deadlocks that the server ended", before.deadlocks,
           now.deadlocks);
    follow("bifrost_postgres_temporary_bytes_total", "Bytes that queries wrote aside for want of memory",
           before.temporary_bytes, now.temporary_bytes);
    follow("bifrost_postgres_archive_failures_total", "Segments of the log that could not be archived",
           before.archive_failures, now.archive_failures);
    last_ = now;
}

} // namespace bifrost::apps
