// The event log's monthly partitions in PostgreSQL.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "database/migration_text.hpp"
#include "database/migrations.hpp"
#include "events/event_log.hpp"
#include "events/event_months.hpp"
#include "support/database_fixture.hpp"
#include "support/postgres_server.hpp"

namespace bifrost::tests {
namespace {

using namespace std::chrono_literals;
using database::Database;
using database::Dialect;
using database::Tx;
using events::kMonthsAhead;
using testing::ElementsAre;
using testing::IsEmpty;

/// "event_2026_11" of a time, and the first moment of a month so many later.
struct Month {
    std::chrono::year_month month;

    static Month of(Timestamp time) {
        const std::chrono::sys_time<std::chrono::microseconds> point{std::chrono::microseconds(time.micros)};
        const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(point)};
        return {day.year() / day.month()};
    }
    [[nodiscard]] Month later(int months) const { return {month + std::chrono::months(months)}; }
    [[nodiscard]] Timestamp start() const {
        const std::chrono::sys_days first{month / 1};
        return {std::chrono::microseconds(first.time_since_epoch()).count()};
    }
    [[nodiscard]] std::string name() const {
        const auto number = static_cast<unsigned>(month.month());
        return "event_" + std::to_string(static_cast<int>(month.year())) + (number < 10 ? "_0" : "_") +
               std::to_string(number);
    }
};

class EventMonths : public testing::Test {
  protected:
    [[nodiscard]] Database& database() { return *database_; }

    std::int64_t number(const std::string& sql) {
        const auto rows = database().read([&](Tx& tx) { return tx.query_text(sql, {}); });
        EXPECT_TRUE(rows);
        return rows ? (*rows)[0].integer(0) : -1;
    }
    std::int64_t rows_in(const std::string& table) { return number("select count(*) from " + table); }

    std::vector<std::string> partitions() {
        const auto rows = database().read([](Tx& tx) {
            return tx.query_text("select cast(cast(inhrelid as regclass) as text) from pg_inherits where "
                                 "inhparent = cast('event' as regclass) order by 1",
                                 {});
        });
        std::vector<std::string> names;
        if (rows)
            for (const auto row : *rows) names.emplace_back(row.text(0));
        return names;
    }

    void put_event(Timestamp at) {
        const auto done = database().write([&](Tx& tx) {
            return tx.execute_text(
                "insert into event (epoch, txid, number, at, change_set, action, entity_kind, entity_id, "
                "patch) values (1, cast(cast(pg_current_xact_id() as text) as bigint), 0, $1, "
                "gen_random_uuid(), 'asset.created', 'asset', gen_random_uuid(), '{}')",
                database::make_params(at));
        });
        ASSERT_TRUE(done) << done.error().detail;
    }
    std::vector<std::string> make(Timestamp now) {
        const auto made = events::make_event_months(database(), now);
        EXPECT_TRUE(made) << made.error().detail;
        return made ? *made : std::vector<std::string>{};
    }

    FreshDatabase fresh_{Dialect::postgres};
    std::unique_ptr<Database> database_ = open_or_throw(fresh_.url());
    const Month present_ = Month::of(Timestamp::now());
};

TEST_F(EventMonths, this_month_and_the_next_two_stand_ready_after_the_migration) {
    EXPECT_THAT(partitions(), ElementsAre(present_.name(), present_.later(1).name(), present_.later(2).name(),
                                          "event_rest"));
    put_event(Timestamp::now());
    EXPECT_EQ(rows_in(present_.name()), 1);
    EXPECT_EQ(rows_in("event_rest"), 0);
    EXPECT_THAT(make(Timestamp::now()), IsEmpty());
}

TEST_F(EventMonths, the_edges_of_a_month_belong_to_it_and_the_next_moment_to_the_next) {
    put_event(present_.later(1).start());
    put_event({present_.later(2).start().micros - 1});
    put_event(present_.later(2).start());
    EXPECT_EQ(rows_in(present_.later(1).name()), 2);
    EXPECT_EQ(rows_in(present_.later(2).name()), 1);
    EXPECT_EQ(rows_in("event_rest"), 0);
}

TEST_F(EventMonths, events_of_months_without_a_worker_are_kept_and_moved_once_their_month_is_made) {
    // The worker was away: two months' events had nowhere to go but the default partition.
    const Month fourth = present_.later(4);
    const Month sixth = present_.later(6);
    for (int i = 0; i < 50; ++i) put_event(fourth.start().plus_seconds(i));
    for (int i = 0; i < 70; ++i) put_event(sixth.start().plus_seconds(i));
    EXPECT_EQ(rows_in("event_rest"), 120);

    EXPECT_THAT(make(sixth.start().plus_seconds(3600)),
                ElementsAre(sixth.name(), sixth.later(1).name(), sixth.later(2).name(), fourth.name()));
    EXPECT_EQ(rows_in("event_rest"), 0);
    EXPECT_EQ(rows_in(fourth.name()), 50);
    EXPECT_EQ(rows_in(sixth.name()), 70);
    EXPECT_EQ(rows_in("event"), 120);
    EXPECT_EQ(number("select count(distinct txid) from event"), 120);
    // The third and fifth month had no events; they are made when they get some.
    put_event(present_.later(5).start());
    EXPECT_THAT(make(sixth.start()), ElementsAre(present_.later(5).name()));
}

TEST_F(EventMonths, the_log_reads_the_same_before_and_after_events_were_moved) {
    ASSERT_TRUE(database().write([](Tx& tx) {
        return tx.execute_text(
            "insert into site (id, name, epoch, signing_key, created_at) values (1, 'Site', 1, "
            "'key', 1)",
            {});
    }));
    for (int i = 0; i < 30; ++i) put_event(present_.later(i % 6).start().plus_seconds(i));
    const auto read = [&] {
        std::vector<std::int64_t> order;
        const auto page = database().read([](Tx& tx) { return events::list_events(tx, {}, 100, {}); });
        EXPECT_TRUE(page);
        if (page)
            for (const auto& event : page->events) order.push_back(event.position.txid);
        return order;
    };
    const auto before = read();
    EXPECT_EQ(before.size(), 30U);
    EXPECT_TRUE(std::ranges::is_sorted(before));
    EXPECT_EQ(make(present_.later(3).start()).size(), 3U);
    EXPECT_EQ(read(), before);
}

TEST_F(EventMonths, no_event_is_lost_or_doubled_while_its_month_is_made_under_it) {
    const Month month = present_.later(5);
    std::atomic<int> written{0};
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < 3; ++writer)
        writers.emplace_back([&](const std::stop_token& stop) {
            const auto own = open_or_throw(fresh_.url());
            while (!stop.stop_requested()) {
                const auto done = own->write([&](Tx& tx) {
                    return tx.execute_text(
                        "insert into event (epoch, txid, number, at, change_set, action, entity_kind, "
                        "entity_id, patch) values (1, cast(cast(pg_current_xact_id() as text) as bigint), 0, "
                        "$1, gen_random_uuid(), 'asset.created', 'asset', gen_random_uuid(), '{}')",
                        database::make_params(month.start()));
                });
                if (done) ++written;
            }
        });
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (written < 100 && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(1ms);
    EXPECT_EQ(make(month.start()).size(), 3U);
    const int then = written;
    while (written < then + 100 && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(1ms);
    writers.clear();
    EXPECT_EQ(rows_in("event_rest"), 0);
    EXPECT_EQ(rows_in(month.name()), written);
}

TEST_F(EventMonths, a_reader_that_holds_the_default_partition_delays_and_does_not_break_it) {
    const auto held = database().snapshot([&](Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.query_text("select count(*) from event", {}));
        std::jthread([&] {
            const auto other = open_or_throw(fresh_.url());
            const auto made = events::make_event_months(*other, present_.later(3).start());
            ASSERT_FALSE(made);
            EXPECT_EQ(made.error().code, Errc::unavailable);
        }).join();
        return {};
    });
    ASSERT_TRUE(held);
    EXPECT_EQ(make(present_.later(3).start()).size(), 3U);
}

TEST_F(EventMonths, two_workers_make_each_month_once) {
    std::atomic<std::size_t> made{0};
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < 4; ++worker)
        workers.emplace_back([&] {
            const auto own = open_or_throw(fresh_.url());
            const auto done = events::make_event_months(*own, present_.later(2).start());
            EXPECT_TRUE(done);
            if (done) made += done->size();
        });
    workers.clear();
    EXPECT_EQ(made, 2U);
}

TEST_F(EventMonths, a_month_that_was_detached_stays_away) {
    const Month old = present_.later(-3);
    put_event(old.start());
    EXPECT_THAT(make(Timestamp::now()), ElementsAre(old.name()));
    PostgresServer::shared().execute("alter table event detach partition " + old.name(),
                                     fresh_.url().substr(fresh_.url().rfind('/') + 1));
    EXPECT_EQ(rows_in("event"), 0);
    put_event(old.start()); // a straggler
    EXPECT_THAT(make(Timestamp::now()), IsEmpty());
    EXPECT_EQ(rows_in("event"), 1);
}

TEST(EventMonthsUpgrade, the_events_of_an_older_release_are_moved_into_the_present_month) {
    const EmptyDatabase empty(Dialect::postgres);
    const auto database = open_or_throw(empty.url());
    ASSERT_TRUE(database::migrate_up(*database, database::all_migrations.first(2)));
    const Month present = Month::of(Timestamp::now());
    const Month old = present.later(-2);
    for (const Timestamp at : {Timestamp::now(), old.start(), old.later(1).start()}) {
        const auto put = database->write([&](Tx& tx) {
            return tx.execute_text(
                "insert into event (epoch, txid, number, at, change_set, action, entity_kind, entity_id, "
                "patch) values (1, 1, 0, $1, gen_random_uuid(), 'asset.created', 'asset', "
                "gen_random_uuid(), '{}')",
                database::make_params(at));
        });
        ASSERT_TRUE(put);
    }
    const auto up = database::migrate_up(*database);
    ASSERT_TRUE(up) << up.error().detail;
    const auto count = [&](const std::string& table) {
        const auto rows =
            database->read([&](Tx& tx) { return tx.query_text("select count(*) from " + table, {}); });
        return rows ? (*rows)[0].integer(0) : -1;
    };
    EXPECT_EQ(count(present.name()), 1);
    EXPECT_EQ(count("event_rest"), 2); // the worker's to move, after the start
    const auto made = events::make_event_months(*database, Timestamp::now());
    ASSERT_TRUE(made);
    EXPECT_THAT(*made, ElementsAre(old.name(), old.later(1).name()));
    EXPECT_EQ(count("event_rest"), 0);
    EXPECT_EQ(count("event"), 3);
}

TEST(EventMonthsSqlite, there_are_none) {
    const FreshDatabase fresh(Dialect::sqlite);
    const auto database = open_or_throw(fresh.url());
    const auto made = events::make_event_months(*database, Timestamp::now());
    ASSERT_TRUE(made);
    EXPECT_THAT(*made, IsEmpty());
}

} // namespace
} // namespace bifrost::tests
