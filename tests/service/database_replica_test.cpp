// A real primary and its streaming replica: whoever wrote never reads an older state, and a replica that
// lags, hangs or dies costs no request.

#include <atomic>
#include <chrono>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "core/metrics.hpp"
#include "database/migrations.hpp"
#include "database/request_scope.hpp"
#include "support/database_fixture.hpp"
#include "support/postgres_server.hpp"
#include "support/tcp_proxy.hpp"

namespace bifrost::tests {
namespace {

using namespace std::chrono_literals;
using database::Database;
using database::PostgresOptions;
using database::PrimaryReads;
using database::Query;
using database::RequestScope;
using database::Seen;
using database::Tx;
using Clock = std::chrono::steady_clock;

constexpr Query kInsert{"insert", "", "insert into lock_row (name) values ($1)"};
constexpr Query kCount{"count", "", "select count(*) from lock_row where name = $1"};
constexpr Query kWhere{"where", "", "select case when pg_is_in_recovery() then 1 else 0 end"};

std::unique_ptr<Database> open(const PostgresOptions& options) {
    auto opened = database::open_postgres(options);
    if (!opened) throw std::runtime_error(opened.error().detail);
    return std::move(*opened);
}

/// Commits are flushed, as replicas see them in production; only the disk's own part is left out.
std::unique_ptr<PostgresServer> make_primary() {
    return std::make_unique<PostgresServer>(PostgresServer::Durability::durable,
                                            std::vector<std::string>{"fsync=off", "full_page_writes=off",
                                                                     "autovacuum=off",
                                                                     "wal_keep_size=512MB"});
}

/// A migrated primary with one replica.
struct Pair {
    std::unique_ptr<PostgresServer> primary = make_primary();
    std::unique_ptr<PostgresServer> replica;

    Pair() {
        const auto migrated = open_or_throw(primary->url());
        if (const auto done = database::migrate_up(*migrated); !done)
            throw std::runtime_error(done.error().detail);
        replica = PostgresServer::replica_of(*primary);
    }
    [[nodiscard]] PostgresOptions options() const {
        PostgresOptions options;
        options.url = primary->url();
        options.replica_urls = {replica->url()};
        return options;
    }
};

Result<> insert(Database& database, const std::string& name) {
    return database.write([&](Tx& tx) { return tx.defer(kInsert, name); });
}

/// One request as the API serves it: on the replica if it may be, and on the primary when that failed.
template <class F>
auto request(Database& database, std::optional<Seen> seen, F&& fn) {
    RequestScope scope;
    scope.allow_replicas(seen);
    auto answer = database.read(fn);
    if (answer || !scope.used_replica()) return answer;
    scope.use_primary();
    return database.read(fn);
}

Result<std::int64_t> number(Database& database, std::optional<Seen> seen, const Query& query,
                            const std::vector<std::string>& values = {}) {
    return request(database, seen, [&](Tx& tx) -> Result<std::int64_t> {
        BIFROST_ASSIGN(const auto rows, values.empty() ? tx.query(query) : tx.query(query, values.front()));
        return rows[0].integer(0);
    });
}

bool on_replica(Database& database, std::optional<Seen> seen = {}) {
    const auto where = number(database, seen, kWhere);
    EXPECT_TRUE(where);
    return where && *where == 1;
}

bool soon(const std::function<bool()>& holds) {
    const auto deadline = Clock::now() + 20s;
    while (!holds()) {
        if (Clock::now() > deadline) return false;
        std::this_thread::sleep_for(5ms);
    }
    return true;
}

class Replicas : public testing::Test {
  protected:
    static void SetUpTestSuite() { pair_ = std::make_unique<Pair>(); }
    static void TearDownTestSuite() { pair_.reset(); }
    static PostgresServer& primary() { return *pair_->primary; }
    static PostgresServer& replica() { return *pair_->replica; }
    static void pause_replay() { replica().execute("select pg_wal_replay_pause()"); }
    static void resume_replay() { replica().execute("select pg_wal_replay_resume()"); }

    void SetUp() override {
        database_ = open(pair_->options());
        ASSERT_TRUE(soon([&] { return on_replica(database()); }));
    }
    [[nodiscard]] Database& database() { return *database_; }
    static std::string unique(const std::string& name) {
        static std::atomic<int> count{0};
        return name + "-" + std::to_string(++count);
    }

    static inline std::unique_ptr<Pair> pair_;
    std::unique_ptr<Database> database_;
};

TEST_F(Replicas, only_reads_that_ask_for_it_are_served_by_one) {
    EXPECT_TRUE(soon([&] { return on_replica(database()); }));
    const auto where = [&] {
        return (*database().read([](Tx& tx) { return tx.query(kWhere); }))[0].integer(0);
    };
    EXPECT_EQ(where(), 0); // outside of a scope
    RequestScope scope;
    EXPECT_EQ(where(), 0); // a scope that wasn't let
    scope.allow_replicas({});
    EXPECT_EQ(where(), 1);
    {
        const PrimaryReads on_primary;
        EXPECT_EQ(where(), 0);
    }
    EXPECT_EQ(where(), 1);
    const auto in_write = database().write([](Tx& tx) { return tx.query(kWhere); });
    ASSERT_TRUE(in_write);
    EXPECT_EQ((*in_write)[0].integer(0), 0); // reads that decide a write
    scope.use_primary();
    EXPECT_EQ(where(), 0);
}

TEST_F(Replicas, a_snapshot_is_one_state_of_one_of_them) {
    RequestScope scope;
    scope.allow_replicas({});
    const auto both = database().snapshot([](Tx& tx) -> Result<std::string> {
        BIFROST_ASSIGN(const auto first, tx.query_text("select cast(pg_current_snapshot() as text)", {}));
        BIFROST_ASSIGN(const auto second, tx.query_text("select cast(pg_current_snapshot() as text)", {}));
        return std::string(first[0].text(0)) == second[0].text(0) ? "same" : "other";
    });
    ASSERT_TRUE(both);
    EXPECT_EQ(*both, "same");
    EXPECT_TRUE(scope.used_replica());
}

TEST_F(Replicas, a_write_tells_where_it_stands_in_the_log_and_a_read_tells_nothing) {
    RequestScope scope;
    ASSERT_TRUE(number(database(), {}, kWhere));
    EXPECT_FALSE(scope.committed());
    ASSERT_TRUE(insert(database(), unique("told")));
    ASSERT_TRUE(scope.committed());
    EXPECT_GT(scope.committed()->wal, 0U);
    const auto first = *scope.committed();
    ASSERT_TRUE(insert(database(), unique("told")));
    EXPECT_GT(scope.committed()->wal, first.wal);
    EXPECT_FALSE(insert(database(), "schema")); // a conflict commits nothing
}

TEST_F(Replicas, what_the_caller_wrote_is_read_even_while_replay_is_paused_and_others_read_the_past) {
    pause_replay();
    const std::string name = unique("own");
    RequestScope writer;
    ASSERT_TRUE(insert(database(), name));
    const auto seen = writer.committed();
    const auto begun = Clock::now();
    EXPECT_EQ(*number(database(), seen, kCount, {name}), 1);
    EXPECT_LT(Clock::now() - begun, 10s);
    // So this test could see a stale read.
    EXPECT_TRUE(soon([&] { return *number(database(), {}, kCount, {name}) == 0; }));
    resume_replay();
    EXPECT_TRUE(soon([&] { return on_replica(database(), seen); }));
    EXPECT_EQ(*number(database(), seen, kCount, {name}), 1);
}

TEST_F(Replicas, a_writer_that_does_not_know_its_position_reads_on_the_primary_for_a_minute) {
    const std::int64_t now = Timestamp::now().micros / 1'000'000;
    EXPECT_FALSE(on_replica(database(), Seen{0, now}));
    EXPECT_FALSE(on_replica(database(), Seen{0, now - 50}));
    EXPECT_TRUE(soon([&] { return on_replica(database(), Seen{0, now - 70}); }));
}

TEST_F(Replicas, a_position_that_nobody_can_have_written_costs_no_waiting) {
    const auto begun = Clock::now();
    for (int i = 0; i < 400; ++i) EXPECT_FALSE(on_replica(database(), Seen{0x7fffffffffffffff, 1}));
    EXPECT_LT(Clock::now() - begun, 20s); // with 50 ms each it would be more
}

/// Writers that read their own writes, in threads of their own, while `disturb` runs.
struct OwnReads {
    std::atomic<std::int64_t> reads{0};
    std::atomic<std::int64_t> by_replica{0};
    std::atomic<std::int64_t> stale{0};
    std::atomic<std::int64_t> failed{0};

    void run(Database& database, const std::string& prefix, std::int64_t wanted,
             const std::function<void()>& disturb) {
        std::vector<std::jthread> callers;
        for (int caller = 0; caller < 4; ++caller)
            callers.emplace_back([&, caller] {
                for (int turn = 0; reads < wanted; ++turn) {
                    const std::string name = prefix + std::to_string(caller) + "-" + std::to_string(turn);
                    RequestScope writer;
                    if (!insert(database, name)) {
                        ++failed;
                        continue;
                    }
                    for (int i = 0; i < 3; ++i) read_back(database, name, writer.committed());
                }
            });
        while (reads < wanted) disturb();
    }
    void read_back(Database& database, const std::string& name, std::optional<Seen> seen) {
        const auto found = request(database, seen, [&](Tx& tx) -> Result<std::int64_t> {
            BIFROST_ASSIGN(const auto rows, tx.query(kCount, name));
            if (RequestScope::current()->used_replica()) ++by_replica;
            return rows[0].integer(0);
        });
        ++reads;
        if (!found) ++failed;
        if (found && *found != 1) ++stale;
    }
};

TEST_F(Replicas, no_caller_reads_a_state_before_its_own_write_while_replay_stops_and_goes) {
    OwnReads own;
    std::minstd_rand random{5};
    own.run(database(), unique("loop"), 20'000, [&] {
        pause_replay();
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 150)); // the fault's own rhythm
        resume_replay();
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 300));
    });
    std::printf("own reads: %ld, by the replica %ld, stale %ld, failed %ld\n", own.reads.load(),
                own.by_replica.load(), own.stale.load(), own.failed.load());
    EXPECT_EQ(own.stale, 0);
    EXPECT_EQ(own.failed, 0);
    EXPECT_GT(own.by_replica, own.reads / 10);
}

TEST_F(Replicas, nor_when_commits_are_not_flushed_before_they_are_answered) {
    PostgresOptions options = pair_->options();
    options.url += "?options=-c%20synchronous_commit%3Doff";
    const auto loose = open(options);
    ASSERT_TRUE(soon([&] { return on_replica(*loose); }));
    OwnReads own;
    own.run(*loose, unique("loose"), 2'000, [] { std::this_thread::sleep_for(10ms); });
    EXPECT_EQ(own.stale, 0);
    EXPECT_EQ(own.failed, 0);
}

/// Callers of one process; every tenth request of each is a write.
struct Callers {
    std::atomic<std::int64_t> unwritten{0}; ///< reads that no write of the caller's precedes
    std::atomic<std::int64_t> by_replica{0};

    void run(Database& database, const std::string& prefix) {
        std::vector<std::jthread> callers;
        for (int caller = 0; caller < 4; ++caller)
            callers.emplace_back([&, caller] {
                for (int turn = 0; turn < 1'000; ++turn) {
                    // Half of the callers write now and then, and send back what they were told.
                    if (caller % 2 == 0 && turn % 10 == 0) {
                        RequestScope writer;
                        const std::string name = prefix + std::to_string(caller) + "-" + std::to_string(turn);
                        EXPECT_TRUE(insert(database, name));
                        EXPECT_EQ(*number(database, writer.committed(), kCount, {name}), 1);
                    } else if (caller % 2 == 1) {
                        ++unwritten;
                        if (on_replica(database)) ++by_replica;
                    }
                }
            });
    }
};

TEST_F(Replicas, one_takes_at_least_nine_tenths_of_the_reads_that_no_own_write_precedes_from_two_processes) {
    const auto other =
        open(pair_->options()); // with a pool, threads and looks of its own, as another process
    ASSERT_TRUE(soon([&] { return on_replica(*other); }));
    Callers here;
    Callers there;
    std::jthread second([&] { there.run(*other, unique("there")); });
    here.run(database(), unique("here"));
    second.join();
    const std::int64_t all = here.unwritten + there.unwritten;
    const std::int64_t served = here.by_replica + there.by_replica;
    std::printf("reads without a write before them: %ld, by the replica %ld (%.1f %%)\n", all, served,
                100.0 * static_cast<double>(served) / static_cast<double>(all));
    EXPECT_GE(served * 10, all * 9);
}

TEST_F(Replicas, one_that_lags_is_left_out_and_taken_back) {
    pause_replay();
    ASSERT_TRUE(insert(database(), unique("lag")));
    EXPECT_TRUE(soon([&] { return !on_replica(database()); }));
    EXPECT_NE(metrics::exposition().find("bifrost_database_replica_up{replica=\"1\"} 0"), std::string::npos);
    for (int i = 0; i < 50; ++i) EXPECT_FALSE(on_replica(database()));
    resume_replay();
    EXPECT_TRUE(soon([&] { return on_replica(database()); }));
    EXPECT_NE(metrics::exposition().find("bifrost_database_replica_up{replica=\"1\"} 1"), std::string::npos);
}

TEST_F(Replicas, one_that_is_killed_costs_no_read_and_is_taken_back) {
    std::atomic<std::int64_t> reads{0};
    std::atomic<std::int64_t> failed{0};
    std::atomic<std::int64_t> slowest{0};
    std::vector<std::jthread> readers;
    for (int reader = 0; reader < 4; ++reader)
        readers.emplace_back([&](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                const auto begun = Clock::now();
                if (!number(database(), {}, kWhere)) ++failed;
                const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
                std::int64_t most = slowest;
                while (most < took.count() && !slowest.compare_exchange_weak(most, took.count())) {
                }
                ++reads;
            }
        });
    for (int turn = 0; turn < 3; ++turn) {
        replica().kill_hard();
        EXPECT_TRUE(soon([&] { return !on_replica(database()); }));
        replica().start();
        EXPECT_TRUE(soon([&] { return on_replica(database()); }));
    }
    readers.clear();
    std::printf("reads while the replica was killed three times: %ld, failed %ld, slowest %ld ms\n",
                reads.load(), failed.load(), slowest.load());
    EXPECT_EQ(failed, 0);
    EXPECT_LT(slowest, 10'000); // the deadline
}

TEST_F(Replicas, one_that_falls_silent_is_left_out_and_whoever_waits_for_it_is_served_by_the_primary) {
    TcpProxy proxy(replica().port());
    PostgresOptions options = pair_->options();
    options.replica_urls = {"postgresql://postgres@127.0.0.1:" + std::to_string(proxy.port()) + "/postgres"};
    const auto behind_proxy = open(options);
    ASSERT_TRUE(soon([&] { return on_replica(*behind_proxy); }));
    proxy.fall_silent();
    const auto begun = Clock::now();
    EXPECT_FALSE(on_replica(*behind_proxy)); // was borrowed, heard nothing, went to the primary
    EXPECT_LT(Clock::now() - begun, 30s);
    EXPECT_TRUE(soon([&] { return !on_replica(*behind_proxy); }));
    for (int i = 0; i < 20; ++i) {
        const auto start = Clock::now();
        EXPECT_FALSE(on_replica(*behind_proxy));
        EXPECT_LT(Clock::now() - start, 5s);
    }
    proxy.cut_all();
}

TEST_F(Replicas, a_server_that_is_no_replica_or_not_there_serves_nothing) {
    PostgresOptions options = pair_->options();
    options.replica_urls = {primary().url(), "postgresql://postgres@127.0.0.1:1/postgres"};
    const auto wrong = open(options);
    const auto deadline = Clock::now() + 500ms;
    while (Clock::now() < deadline) EXPECT_FALSE(on_replica(*wrong));
    options.replica_urls = {"postgresql://[broken"};
    EXPECT_FALSE(database::open_postgres(options));
}

TEST_F(Replicas, the_horizon_of_events_shows_the_age_of_the_oldest_write) {
    const auto age = [] {
        const std::string text = metrics::exposition();
        const std::string name = "\nbifrost_event_horizon_age_seconds ";
        const auto at = text.find(name);
        return at == std::string::npos ? -1.0 : std::stod(text.substr(at + name.size()));
    };
    const auto written = database().write([&](Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.execute(kInsert, unique("old")));
        std::jthread([&] {
            EXPECT_TRUE(insert(*open(pair_->options()), unique("later"))); // whose events wait for ours
        }).join();
        EXPECT_TRUE(soon([&] { return age() > 0.5; }));
        return {};
    });
    ASSERT_TRUE(written);
    EXPECT_TRUE(soon([&] { return age() == 0; }));
}

} // namespace
} // namespace bifrost::tests
