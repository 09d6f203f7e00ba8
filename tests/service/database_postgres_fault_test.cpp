// What PostgreSQL, the line to it and its load can do to a transaction.

#include <atomic>
#include <chrono>
#include <latch>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "database/migrations.hpp"
#include "support/database_fixture.hpp"
#include "support/postgres_server.hpp"
#include "support/tcp_proxy.hpp"

namespace bifrost::tests {
namespace {

using namespace std::chrono_literals;
using database::Database;
using database::Dialect;
using database::PostgresOptions;
using database::Query;
using database::Row;
using database::Rows;
using database::Tx;
using database::Value;

constexpr Query kInsert{"insert", "", "insert into lock_row (name) values ($1)"};
constexpr Query kCount{"count", "", "select count(*) from lock_row where name like $1"};

std::string through(const TcpProxy& proxy, const std::string& url) {
    const auto colon = url.rfind(':', url.rfind('/'));
    return url.substr(0, colon + 1) + std::to_string(proxy.port()) + url.substr(url.rfind('/'));
}

int port_of(const std::string& url) { return std::stoi(url.substr(url.rfind(':', url.rfind('/')) + 1)); }

std::unique_ptr<Database> open(const PostgresOptions& options) {
    auto opened = database::open_postgres(options);
    if (!opened) throw std::runtime_error(opened.error().detail);
    return std::move(*opened);
}

std::int64_t count_like(Database& database, const std::string& pattern) {
    const auto rows = database.read([&](Tx& tx) { return tx.query(kCount, pattern); });
    return rows ? (*rows)[0].integer(0) : -1;
}

Result<> insert(Database& database, const std::string& name) {
    return database.write([&](Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.execute(kInsert, name));
        return {};
    });
}

/// A migrated database behind a proxy.
class PostgresLine : public testing::Test {
  protected:
    [[nodiscard]] PostgresOptions options() const {
        PostgresOptions options;
        options.url = through(proxy_, fresh_.url());
        options.deadline = 2s;
        return options;
    }

    FreshDatabase fresh_{Dialect::postgres};
    TcpProxy proxy_{port_of(fresh_.url())};
    std::unique_ptr<Database> direct_ = open_or_throw(fresh_.url());
};

TEST_F(PostgresLine, a_commit_whose_reply_is_lost_is_found_by_its_marker) {
    const auto database = open(options());
    int runs = 0;
    const auto done = database->write([&](Tx& tx) -> Result<int> {
        ++runs;
        BIFROST_CHECK(tx.execute(kInsert, "x-" + std::to_string(runs)));
        proxy_.lose_next_answer(); // the next thing sent is COMMIT
        return runs;
    });
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(*done, 1);
    EXPECT_EQ(count_like(*direct_, "x-%"), 1);
}

TEST_F(PostgresLine, a_commit_whose_reply_is_lost_is_found_by_its_marker_when_all_went_in_one_message) {
    const auto database = open(options());
    int runs = 0;
    const auto done = database->write([&](Tx& tx) -> Result<> {
        ++runs;
        proxy_.lose_next_answer();
        return tx.defer(kInsert, "x-" + std::to_string(runs));
    });
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(count_like(*direct_, "x-%"), 1);
}

TEST_F(PostgresLine, a_commit_that_never_arrived_is_run_again) {
    const auto database = open(options());
    int runs = 0;
    const auto done = database->write([&](Tx& tx) -> Result<> {
        ++runs;
        BIFROST_CHECK(tx.execute(kInsert, "x-" + std::to_string(runs)));
        if (runs == 1) proxy_.lose_next_request(); // and the server keeps the transaction open
        return {};
    });
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(count_like(*direct_, "x-1"), 0);
    EXPECT_EQ(count_like(*direct_, "x-2"), 1);
}

TEST_F(PostgresLine, a_whole_transaction_that_never_arrived_is_run_again) {
    const auto database = open(options());
    int runs = 0;
    const auto done = database->write([&](Tx& tx) -> Result<> {
        if (++runs == 1) proxy_.lose_next_request();
        return tx.defer(kInsert, "x-" + std::to_string(runs));
    });
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(count_like(*direct_, "x-%"), 1);
}

TEST_F(PostgresLine, a_connection_lost_before_commit_is_replaced_and_the_body_run_again) {
    const auto database = open(options());
    int runs = 0;
    const auto done = database->write([&](Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.execute(kInsert, "x-1"));
        if (++runs == 1) proxy_.lose_next_answer();
        BIFROST_CHECK(tx.execute(kInsert, "x-2"));
        return {};
    });
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(count_like(*direct_, "x-%"), 2);
}

TEST_F(PostgresLine, a_read_whose_answer_is_lost_is_sent_again) {
    const auto database = open(options());
    proxy_.lose_next_answer();
    EXPECT_EQ(count_like(*database, "schema"), 1);
    proxy_.lose_next_answer();
    const auto snapshot = database->snapshot([&](Tx& tx) { return tx.query(kCount, "schema"); });
    EXPECT_TRUE(snapshot);
}

TEST_F(PostgresLine, a_snapshot_that_is_lost_in_its_middle_fails_and_is_not_patched_together) {
    const auto database = open(options());
    const auto done = database->snapshot([&](Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.query(kCount, "schema"));
        proxy_.lose_next_answer();
        BIFROST_CHECK(tx.query(kCount, "schema"));
        return {};
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::unavailable);
    EXPECT_EQ(count_like(*database, "schema"), 1);
}

TEST_F(PostgresLine, a_silent_server_is_unavailable_within_the_deadline) {
    PostgresOptions impatient = options();
    impatient.deadline = 200ms;
    const auto database = open(impatient);
    proxy_.fall_silent();
    const auto begun = std::chrono::steady_clock::now();
    const auto done = database->ping();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::unavailable);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 20s);
    proxy_.cut_all();
}

TEST_F(PostgresLine, lines_that_are_cut_at_random_lose_and_double_nothing) {
    constexpr int kWriters = 6;
    constexpr int kRounds = 60;
    ASSERT_TRUE(insert(*direct_, "counter"));
    const auto database = open(options());
    std::atomic<int> running = kWriters;
    std::mutex mutex;
    std::set<std::string> acknowledged;
    std::set<std::string> unknown; // the server could not be asked before the deadline, and the error says so
    std::vector<std::jthread> threads;
    for (int writer = 0; writer < kWriters; ++writer) {
        threads.emplace_back([&, writer] {
            for (int round = 0; round < kRounds; ++round) {
                const std::string name = "w-" + std::to_string(writer) + "-" + std::to_string(round);
                const auto done = database->write([&](Tx& tx) -> Result<> {
                    BIFROST_CHECK(tx.defer(kInsert, name));
                    if (round % 3 == 0) return {}; // sent whole
                    BIFROST_CHECK(tx.query(kCount, name));
                    return {};
                });
                // A conflict would mean that a transaction which was committed has been run again.
                EXPECT_TRUE(done || done.error().code == Errc::unavailable) << done.error().constraint;
                const std::lock_guard lock(mutex);
                if (done) acknowledged.insert(name);
                if (!done && done.error().detail.find("not known") != std::string::npos) unknown.insert(name);
            }
            --running;
        });
    }
    std::minstd_rand random{7};
    while (running > 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(30 + random() % 60)); // the fault's own rhythm
        proxy_.cut_all();
    }
    threads.clear();
    std::set<std::string> found;
    const auto rows = direct_->read(
        [](Tx& tx) { return tx.query_text("select name from lock_row where name like 'w-%'", {}); });
    ASSERT_TRUE(rows);
    for (const Row row : *rows) {
        if (!unknown.contains(std::string(row.text(0)))) found.emplace(row.text(0));
    }
    EXPECT_EQ(found, acknowledged);
    EXPECT_GT(acknowledged.size(), static_cast<std::size_t>(kWriters));
}

class PostgresLoad : public testing::Test {
  protected:
    [[nodiscard]] PostgresOptions options() const {
        PostgresOptions options;
        options.url = fresh_.url();
        return options;
    }
    FreshDatabase fresh_{Dialect::postgres};
};

TEST_F(PostgresLoad, an_exhausted_pool_is_unavailable_within_the_deadline) {
    PostgresOptions small = options();
    small.most_connections = 1;
    small.deadline = 200ms;
    const auto database = open(small);
    std::latch taken(1);
    std::latch leave(1);
    std::jthread holder([&] {
        (void)database->read([&](Tx&) -> Result<> {
            taken.count_down();
            leave.wait();
            return {};
        });
    });
    taken.wait();
    const auto begun = std::chrono::steady_clock::now();
    const auto done = database->ping();
    const auto took = std::chrono::steady_clock::now() - begun;
    leave.count_down();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::unavailable);
    EXPECT_GE(took, 200ms);
    EXPECT_LT(took, 20s);
    holder.join();
    EXPECT_TRUE(database->ping());
}

TEST_F(PostgresLoad, waiting_callers_get_the_connection_in_turn) {
    PostgresOptions small = options();
    small.most_connections = 2;
    const auto database = open(small);
    std::atomic<int> good{0};
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 12; ++thread)
        threads.emplace_back([&] {
            for (int round = 0; round < 25; ++round)
                if (database->ping()) ++good;
        });
    threads.clear();
    EXPECT_EQ(good, 12 * 25);
    EXPECT_LE(database->stats().connections_open, 2U);
}

TEST_F(PostgresLoad, a_statement_that_takes_too_long_is_stopped) {
    PostgresOptions impatient = options();
    impatient.deadline = 200ms;
    const auto database = open(impatient);
    const auto slow = database->read([](Tx& tx) { return tx.query_text("select pg_sleep(30)", {}); });
    ASSERT_FALSE(slow);
    EXPECT_EQ(slow.error().code, Errc::unavailable);
    EXPECT_TRUE(database->ping());
}

TEST_F(PostgresLoad, a_deadlock_is_resolved_by_running_one_again) {
    const auto database = open(options());
    ASSERT_TRUE(insert(*database, "left"));
    ASSERT_TRUE(insert(*database, "right"));
    constexpr Query kLock{"lock", "", "select name from lock_row where name = $1 for update"};
    std::latch both(2);
    std::atomic<int> runs{0};
    const auto lock_both = [&](const std::string& first, const std::string& second) {
        bool again = false;
        return database->write([&](Tx& tx) -> Result<> {
            ++runs;
            BIFROST_CHECK(tx.query(kLock, first));
            if (!std::exchange(again, true)) both.arrive_and_wait();
            BIFROST_CHECK(tx.query(kLock, second));
            return {};
        });
    };
    Result<> other;
    std::jthread thread([&] { other = lock_both("right", "left"); });
    const auto mine = lock_both("left", "right");
    thread.join();
    EXPECT_TRUE(mine);
    EXPECT_TRUE(other);
    EXPECT_GE(runs, 3);
}

TEST_F(PostgresLoad, a_serialisation_failure_is_run_again_a_few_times_and_then_given_up) {
    const auto database = open(options());
    int runs = 0;
    const auto raise = [&](int failing) {
        runs = 0;
        return database->write([&](Tx& tx) -> Result<> {
            if (++runs > failing) return tx.defer(kInsert, "done-" + std::to_string(failing));
            BIFROST_CHECK(tx.execute_text("do $$ begin raise exception using errcode = '40001'; end $$", {}));
            return {};
        });
    };
    EXPECT_TRUE(raise(5));
    EXPECT_EQ(runs, 6);
    const auto given_up = raise(100);
    ASSERT_FALSE(given_up);
    EXPECT_EQ(given_up.error().code, Errc::unavailable);
    EXPECT_EQ(runs, 6);
    EXPECT_EQ(count_like(*database, "done-%"), 1);
}

TEST_F(PostgresLoad, prepared_statements_survive_a_change_of_the_schema) {
    const auto database = open(options());
    const auto read = [&] {
        return database->read(
            [](Tx& tx) { return tx.query_text("select * from lock_row where name = 'schema'", {}); });
    };
    const auto write = [&] {
        return database->write([](Tx& tx) -> Result<Rows> {
            return tx.query_text("select * from lock_row where name = 'schema' for update", {});
        });
    };
    ASSERT_TRUE(read());
    ASSERT_TRUE(write());
    PostgresServer::shared().execute("alter table lock_row add column extra bigint",
                                     fresh_.url().substr(fresh_.url().rfind('/') + 1));
    const auto changed = read();
    ASSERT_TRUE(changed);
    EXPECT_EQ(changed->columns(), 2U);
    const auto written = write();
    ASSERT_TRUE(written);
    EXPECT_EQ(written->columns(), 2U);
}

TEST_F(PostgresLoad, a_database_without_markers_still_takes_transactions_that_are_sent_whole) {
    PostgresServer::shared().execute("drop table commit_marker",
                                     fresh_.url().substr(fresh_.url().rfind('/') + 1));
    const auto database = open(options());
    for (const char* name : {"a-1", "a-2"})
        EXPECT_TRUE(database->write([&](Tx& tx) { return tx.defer(kInsert, name); }));
    EXPECT_EQ(count_like(*database, "a-%"), 2);
}

TEST(PostgresServerFaults, a_server_that_was_killed_and_came_back_has_every_acknowledged_write) {
    PostgresServer server(PostgresServer::Durability::durable);
    PostgresOptions options;
    options.url = server.url();
    const auto database = open(options);
    ASSERT_TRUE(database::migrate_up(*database));
    std::mutex mutex;
    std::set<std::string> acknowledged;
    std::atomic<bool> killed = false;
    std::atomic<int> after{0};
    std::atomic<int> before{0};
    std::vector<std::jthread> threads;
    for (int writer = 0; writer < 4; ++writer) {
        threads.emplace_back([&, writer](const std::stop_token& stop) {
            for (int round = 0; !stop.stop_requested(); ++round) {
                const std::string name = std::to_string(writer) + "-" + std::to_string(round);
                const bool was_killed = killed;
                if (!insert(*database, name)) continue;
                const std::lock_guard lock(mutex);
                acknowledged.insert(name);
                ++(was_killed ? after : before);
            }
        });
    }
    const auto until = [&](const std::atomic<int>& count) {
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while (count < 40 && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(5ms);
        return count >= 40;
    };
    EXPECT_TRUE(until(before));
    server.kill_hard();
    const auto down = database->ping();
    EXPECT_TRUE(!down && down.error().code == Errc::unavailable);
    server.start();
    killed = true;
    EXPECT_TRUE(until(after));
    for (auto& thread : threads) thread.request_stop();
    threads.clear();
    const auto rows = database->read([](Tx& tx) { return tx.query_text("select name from lock_row", {}); });
    ASSERT_TRUE(rows);
    std::set<std::string> found;
    for (const Row row : *rows) found.emplace(row.text(0));
    for (const std::string& name : acknowledged) EXPECT_TRUE(found.contains(name)) << name;
}

TEST(PostgresServerFaults, a_server_that_is_not_there_is_told_when_it_is_opened) {
    PostgresOptions options;
    options.url = "postgresql://postgres@127.0.0.1:1/postgres";
    const auto opened = database::open_postgres(options);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::unavailable);
    options.url = "postgresql://%zz";
    const auto unreadable = database::open_postgres(options);
    ASSERT_FALSE(unreadable);
    EXPECT_EQ(unreadable.error().code, Errc::invalid);
}

} // namespace
} // namespace bifrost::tests
