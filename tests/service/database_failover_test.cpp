// The primary dies and its replica takes over: the program finds it by a URL with several hosts.

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "database/migrations.hpp"
#include "support/database_fixture.hpp"
#include "support/postgres_server.hpp"

namespace bifrost::tests {
namespace {

using namespace std::chrono_literals;
using database::Database;
using database::PostgresOptions;
using database::Query;
using database::Row;
using database::Tx;
using Clock = std::chrono::steady_clock;

constexpr Query kInsert{"insert", "", "insert into lock_row (name) values ($1)"};

std::unique_ptr<Database> open(const PostgresOptions& options) {
    auto opened = database::open_postgres(options);
    if (!opened) throw std::runtime_error(opened.error().detail);
    return std::move(*opened);
}

class Failover : public testing::Test {
  protected:
    Failover() {
        const auto migrated = open_or_throw(first_.url());
        if (const auto done = database::migrate_up(*migrated); !done)
            throw std::runtime_error(done.error().detail);
        second_ = PostgresServer::replica_of(first_);
    }
    [[nodiscard]] std::string both(const std::string& query = "") const {
        return "postgresql://postgres@127.0.0.1:" + std::to_string(first_.port()) +
               ",127.0.0.1:" + std::to_string(second_->port()) + "/postgres" + query;
    }
    Result<> insert(Database& database, const std::string& name) {
        return database.write([&](Tx& tx) { return tx.defer(kInsert, name); });
    }

    PostgresServer first_{PostgresServer::Durability::durable,
                          {"fsync=off", "full_page_writes=off", "autovacuum=off", "wal_keep_size=512MB"}};
    std::unique_ptr<PostgresServer> second_;
};

TEST_F(Failover, the_primary_is_found_among_the_hosts_whatever_their_order) {
    PostgresOptions options;
    options.url = "postgresql://postgres@127.0.0.1:" + std::to_string(second_->port()) +
                  ",127.0.0.1:" + std::to_string(first_.port()) + "/postgres?target_session_attrs=read-write";
    EXPECT_TRUE(insert(*open(options), "found"));
    options.url = second_->url(); // a replica alone is no place to write
    EXPECT_FALSE(database::open_postgres(options));
}

TEST_F(Failover, a_write_that_meets_no_primary_waits_for_the_new_one) {
    PostgresOptions options;
    options.url = both();
    const auto database = open(options);
    ASSERT_TRUE(insert(*database, "before"));
    second_->catch_up_with(first_);
    first_.kill_hard();
    Result<> written;
    std::jthread waiting([&] { written = insert(*database, "during"); });
    second_->promote();
    waiting.join();
    EXPECT_TRUE(written) << written.error().detail;
    EXPECT_EQ(second_->execute("select count(*) from lock_row where name in ('before', 'during')"), "2");
}

TEST_F(Failover, with_one_host_a_write_fails_within_the_deadline) {
    PostgresOptions options;
    options.url = first_.url();
    options.deadline = 1s;
    const auto database = open(options);
    first_.kill_hard();
    const auto begun = Clock::now();
    const auto written = insert(*database, "nowhere");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, Errc::unavailable);
    EXPECT_LT(Clock::now() - begun, 20s);
}

TEST_F(Failover, writes_go_on_after_a_promotion_and_none_that_was_acknowledged_is_lost_or_doubled) {
    // Only what both servers have is acknowledged; without that, PostgreSQL itself may lose the last commits.
    first_.execute("alter system set synchronous_standby_names = '*'");
    first_.execute("select pg_reload_conf()");
    PostgresOptions options;
    options.url = both("?target_session_attrs=read-write");
    const auto database = open(options);
    std::atomic<int> count{0};
    std::atomic<int> failed{0};
    std::mutex mutex;
    std::set<std::string> acknowledged;
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < 4; ++writer)
        writers.emplace_back([&, writer](const std::stop_token& stop) {
            for (int turn = 0; !stop.stop_requested(); ++turn) {
                const std::string name = "w-" + std::to_string(writer) + "-" + std::to_string(turn);
                const auto done = insert(*database, name);
                // A conflict would mean that one which was committed has been run again.
                EXPECT_TRUE(done || done.error().code == Errc::unavailable) << done.error().constraint;
                if (!done) ++failed;
                if (!done) continue;
                ++count;
                const std::lock_guard lock(mutex);
                acknowledged.insert(name);
            }
        });
    const auto wait_for = [&](int wanted) {
        const auto deadline = Clock::now() + 30s;
        while (count < wanted && Clock::now() < deadline) std::this_thread::sleep_for(2ms);
        return count >= wanted;
    };
    EXPECT_TRUE(wait_for(300));
    first_.kill_hard();
    const auto killed = Clock::now();
    second_->promote();
    second_->execute("alter system set synchronous_standby_names = ''"); // there is no other any more
    second_->execute("select pg_reload_conf()");
    const int then = count;
    EXPECT_TRUE(wait_for(then + 300));
    std::printf("300 more writes within %ld ms of the primary's end, %d failed\n",
                std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - killed).count(),
                failed.load());
    writers.clear();
    std::set<std::string> found;
    const auto rows = database->read(
        [](Tx& tx) { return tx.query_text("select name from lock_row where name like 'w-%'", {}); });
    ASSERT_TRUE(rows);
    for (const Row row : *rows) found.emplace(row.text(0));
    for (const std::string& name : acknowledged) EXPECT_TRUE(found.contains(name)) << name;
    EXPECT_EQ(failed, 0);
}

} // namespace
} // namespace bifrost::tests
