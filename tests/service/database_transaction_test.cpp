// What a transaction promises, on both databases.

#include <atomic>
#include <latch>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/database_fixture.hpp"

namespace bifrost::tests {
namespace {

using database::Params;
using database::Query;
using database::Row;
using database::Rows;
using database::Tx;
using database::Value;

constexpr Query kInsertLock{"insert_lock", "insert into lock_row (name) values ($1)",
                            "insert into lock_row (name) values ($1)"};
constexpr Query kCountLocks{"count_locks", "select count(*) from lock_row where name = $1",
                            "select count(*) from lock_row where name = $1"};
constexpr Query kInsertJob{
    "insert_job",
    "insert into job (id, kind, payload, state, priority, attempts, max_attempts, progress, created_at, "
    "run_at, "
    "cancel_requested, unique_key, fence) values ($1, $2, $3, 'queued', $4, 0, 1, $5, $6, $6, $7, $8, 0)",
    "insert into job (id, kind, payload, state, priority, attempts, max_attempts, progress, created_at, "
    "run_at, "
    "cancel_requested, unique_key, fence) values ($1, $2, $3, 'queued', $4, 0, 1, $5, $6, $6, $7, $8, 0)"};
constexpr Query kInsertTag{"insert_tag", "insert into entity_tag (entity_id, tag) values ($1, $2)",
                           "insert into entity_tag (entity_id, tag) values ($1, $2)"};

class Transactions : public DatabaseTest {
  protected:
    std::int64_t count_of(const std::string& name) {
        const auto count = database().read([&](Tx& tx) -> Result<std::int64_t> {
            BIFROST_ASSIGN(const Rows rows, tx.query(kCountLocks, name));
            return rows[0].integer(0);
        });
        return count ? *count : -1;
    }
    Result<> insert(const std::string& name) {
        return database().write([&](Tx& tx) -> Result<> {
            BIFROST_CHECK(tx.execute(kInsertLock, name));
            return {};
        });
    }
};
INSTANTIATE_FOR_BOTH_DATABASES(Transactions);

TEST_P(Transactions, an_error_of_the_body_leaves_no_trace) {
    const auto done = database().write([&](Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.execute(kInsertLock, "a"));
        BIFROST_CHECK(tx.defer(kInsertLock, "b"));
        return Error{Errc::forbidden, "No."};
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::forbidden);
    EXPECT_EQ(count_of("a"), 0);
    EXPECT_EQ(count_of("b"), 0);
}

TEST_P(Transactions, an_exception_of_the_body_is_undone_and_reaches_the_caller) {
    const auto write = [&] {
        return database().write([&](Tx& tx) -> Result<> {
            BIFROST_CHECK(tx.execute(kInsertLock, "a"));
            throw std::runtime_error("a bug");
        });
    };
    EXPECT_THROW((void)write(), std::runtime_error);
    EXPECT_EQ(count_of("a"), 0);
    EXPECT_TRUE(insert("a")); // the connection is as good as before
}

TEST_P(Transactions, a_failed_statement_fails_the_transaction_even_when_the_body_goes_on) {
    ASSERT_TRUE(insert("a"));
    const auto done = database().write([&](Tx& tx) -> Result<> {
        EXPECT_FALSE(tx.execute(kInsertLock, "a"));
        const auto after = tx.execute(kInsertLock, "b");
        EXPECT_FALSE(after);
        EXPECT_EQ(after.error().constraint, "lock_row_pkey");
        return {};
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::conflict);
    EXPECT_EQ(count_of("b"), 0);
}

TEST_P(Transactions, a_deferred_statement_that_fails_is_the_failure_of_the_transaction) {
    ASSERT_TRUE(insert("a"));
    const auto done = database().write([&](Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.defer(kInsertLock, "b"));
        return tx.defer(kInsertLock, "a");
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::conflict);
    EXPECT_EQ(done.error().constraint, "lock_row_pkey");
    EXPECT_EQ(count_of("b"), 0);
    EXPECT_TRUE(insert("b"));
}

TEST_P(Transactions, a_query_sees_what_was_deferred_before_it) {
    const auto seen = database().write([&](Tx& tx) -> Result<std::int64_t> {
        BIFROST_CHECK(tx.defer(kInsertLock, "a"));
        BIFROST_ASSIGN(const Rows rows, tx.query(kCountLocks, "a"));
        return rows[0].integer(0);
    });
    ASSERT_TRUE(seen) << seen.error().detail;
    EXPECT_EQ(*seen, 1);
}

TEST_P(Transactions, only_deferred_statements_are_committed) {
    for (int round = 0; round < 600; ++round) { // often enough that old markers are removed now and then
        const auto done =
            database().write([&](Tx& tx) { return tx.defer(kInsertLock, "d" + std::to_string(round)); });
        ASSERT_TRUE(done) << done.error().detail;
    }
    EXPECT_EQ(count_of("d0"), 1);
    EXPECT_EQ(count_of("d599"), 1);
}

TEST_P(Transactions, the_names_of_violated_constraints_are_the_same) {
    const auto fail_with = [&](auto body) {
        const auto done = database().write(body);
        EXPECT_FALSE(done);
        EXPECT_EQ(done.error().code, Errc::conflict);
        return done ? std::string("no error") : done.error().constraint;
    };
    const Id id = Id::make();
    const auto job = [&](const Id& with, const std::optional<std::string>& key) {
        return [=](Tx& tx) -> Result<> {
            BIFROST_CHECK(tx.execute(kInsertJob, with, "k", "{}", 1, 0.5, 7, false, key));
            return {};
        };
    };
    ASSERT_TRUE(database().write(job(id, "only")));
    EXPECT_EQ(fail_with(job(id, "other")), "job_pkey");
    EXPECT_EQ(fail_with(job(Id::make(), "only")), "job_unique_key"); // a partial unique index
    const auto user = [&](const std::string& code) {
        return [=](Tx& tx) -> Result<> {
            BIFROST_CHECK(
                tx.execute_text("insert into user_account (id, code, name, site_role, is_active, created_at, "
                                "updated_at, revision) values ($1, $2, '', 'member', $3, 0, 0, 1)",
                                database::make_params(Id::make(), code, true)));
            return {};
        };
    };
    ASSERT_TRUE(database().write(user("ada")));
    EXPECT_EQ(fail_with(user("ada")), "user_account_code_key");
    EXPECT_EQ(fail_with([&](Tx& tx) -> Result<> {
                  BIFROST_CHECK(
                      tx.execute_text("insert into lock_row (name) values ($1), ($1)", {Value{"twice"}}));
                  return {};
              }),
              "lock_row_pkey");
    EXPECT_EQ(fail_with([&](Tx& tx) -> Result<> {
                  BIFROST_CHECK(
                      tx.execute_text("update job set kind = null where id = $1", {Value{id.text()}}));
                  return {};
              }),
              "job_kind_not_null");
    const auto tag = [&](Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.execute(kInsertTag, Id::make(), "hero"));
        return {};
    };
    const auto refused = database().write(tag);
    ASSERT_FALSE(refused);
    EXPECT_TRUE(database::is_foreign_key(refused.error())) << refused.error().constraint;
}

TEST_P(Transactions, values_come_back_as_they_were_bound) {
    const Id id = Id::make();
    const std::string text = "Zoë \"quoted\" 'single' \\ \n 影";
    ASSERT_TRUE(database().write([&](Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.execute(kInsertJob, id, text, json::Raw{R"({"n": 1e3})"},
                                 std::int64_t{-9'000'000'000'000'000}, 0.1, Timestamp{123'456'789'012'345},
                                 true, std::optional<std::string>{}));
        return {};
    }));
    const auto checked = database().read([&](Tx& tx) -> Result<> {
        BIFROST_ASSIGN(
            const Rows rows,
            tx.query_text("select id, kind, payload, priority, progress, created_at, cancel_requested, "
                          "unique_key from job where id = $1",
                          {Value{id.text()}}));
        EXPECT_EQ(rows.size(), 1U);
        EXPECT_EQ(rows.columns(), 8U);
        const Row row = rows[0];
        EXPECT_EQ(row.id(0), id);
        EXPECT_EQ(row.text(1), text);
        EXPECT_EQ(row.get<json::Raw>(2).text, R"({"n": 1e3})");
        EXPECT_EQ(row.integer(3), -9'000'000'000'000'000);
        EXPECT_EQ(row.real(4), 0.1);
        EXPECT_EQ(row.timestamp(5).micros, 123'456'789'012'345);
        EXPECT_TRUE(row.boolean(6));
        EXPECT_TRUE(row.is_null(7));
        EXPECT_EQ(row.get<std::optional<std::string>>(7), std::nullopt);
        EXPECT_THROW((void)row.text(7), std::logic_error);
        EXPECT_THROW((void)row.integer(1), std::logic_error);
        EXPECT_THROW((void)row.text(8), std::logic_error);
        return {};
    });
    EXPECT_TRUE(checked);
}

TEST_P(Transactions, text_with_nul_is_refused_and_not_cut_off) {
    const auto done = insert(std::string("a\0b", 3));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::invalid);
    EXPECT_EQ(count_of("a"), 0);
}

TEST_P(Transactions, ordered_text_is_ordered_by_its_bytes) {
    for (const char* name : {"b", "B", "a_", "a-", "é", "Z", "z"}) ASSERT_TRUE(insert(name));
    const auto names = database().read([&](Tx& tx) -> Result<std::vector<std::string>> {
        BIFROST_ASSIGN(const Rows rows,
                       tx.query_text("select name from lock_row where name not like '%graph' and name "
                                     "<> 'schema' order by name collate \"C\"",
                                     {}));
        std::vector<std::string> found;
        for (const Row row : rows) found.emplace_back(row.text(0));
        return found;
    });
    ASSERT_TRUE(names);
    EXPECT_THAT(*names, testing::ElementsAre("B", "Z", "a-", "a_", "b", "collection", "z", "é"));
}

TEST_P(Transactions, reading_can_not_write) {
    const auto done = database().read([&](Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.execute(kInsertLock, "a"));
        return {};
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(count_of("a"), 0);
}

TEST_P(Transactions, a_snapshot_does_not_see_what_is_committed_meanwhile) {
    const auto other = open_another();
    const auto seen = database().snapshot([&](Tx& tx) -> Result<std::int64_t> {
        BIFROST_CHECK(tx.query(kCountLocks, "a"));
        EXPECT_TRUE(other->write([&](Tx& writing) -> Result<> {
            BIFROST_CHECK(writing.execute(kInsertLock, "a"));
            return {};
        }));
        BIFROST_ASSIGN(const Rows rows, tx.query(kCountLocks, "a"));
        return rows[0].integer(0);
    });
    ASSERT_TRUE(seen);
    EXPECT_EQ(*seen, 0);
    EXPECT_EQ(count_of("a"), 1);
}

TEST_P(Transactions, what_is_written_is_seen_by_another_connection_at_once) {
    const auto other = open_another();
    ASSERT_TRUE(insert("a"));
    const auto seen = other->read([&](Tx& tx) { return tx.query(kCountLocks, "a"); });
    ASSERT_TRUE(seen);
    EXPECT_EQ((*seen)[0].integer(0), 1);
}

TEST_P(Transactions, execute_many_counts_what_it_changed_and_fails_as_a_whole) {
    std::vector<Params> rows;
    for (int number = 0; number < 5'000; ++number) rows.push_back({Value{"many-" + std::to_string(number)}});
    const auto count = database().write([&](Tx& tx) -> Result<std::int64_t> {
        BIFROST_CHECK(tx.defer(kInsertLock, "before"));
        return tx.execute_many(kInsertLock, rows);
    });
    ASSERT_TRUE(count) << count.error().detail;
    EXPECT_EQ(*count, 5'000);
    rows = {{Value{"new"}}, {Value{"many-17"}}, {Value{"newer"}}};
    const auto again = database().write([&](Tx& tx) { return tx.execute_many(kInsertLock, rows); });
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().constraint, "lock_row_pkey");
    EXPECT_EQ(count_of("new"), 0);
    EXPECT_EQ(count_of("before"), 1);
}

TEST_P(Transactions, rows_larger_than_every_buffer_go_both_ways_at_once) {
    const std::string large(300'000, 'x');
    std::vector<Params> rows;
    for (int number = 0; number < 200; ++number) rows.push_back({Value{large + std::to_string(number)}});
    constexpr Query kEcho{
        "echo",
        "insert into idempotency (actor_id, route, key, request_hash, body, created_at) values "
        "('00000000-0000-7000-8000-000000000000', '', $1, '', $1, 0) returning body",
        "insert into idempotency (actor_id, route, key, request_hash, body, created_at) values "
        "('00000000-0000-7000-8000-000000000000', '', md5($1), '', $1, 0) returning body"};
    const auto done = database().write([&](Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.execute_many(kEcho, rows));
        return {};
    });
    ASSERT_TRUE(done) << done.error().detail;
}

TEST_P(Transactions, a_transaction_inside_another_is_a_bug_and_says_so) {
    const auto nested = [&](Tx&) -> Result<> { return insert("a"); };
    EXPECT_THROW((void)database().write(nested), std::logic_error);
    EXPECT_THROW((void)database().read(nested), std::logic_error);
    EXPECT_TRUE(insert("a"));
}

TEST_P(Transactions, more_statements_than_the_cache_holds_all_work) {
    for (int round = 0; round < 2; ++round) {
        for (int number = 0; number < 300; ++number) {
            const std::string sql = "select cast($1 as text) || '-" + std::to_string(number) + "'";
            const auto rows = database().read([&](Tx& tx) { return tx.query_text(sql, {Value{"x"}}); });
            ASSERT_TRUE(rows);
            ASSERT_EQ((*rows)[0].text(0), "x-" + std::to_string(number));
        }
    }
}

TEST_P(Transactions, a_statement_that_is_wrong_is_internal_and_tells_nothing) {
    const auto done =
        database().read([&](Tx& tx) { return tx.query_text("select secret_name from nowhere", {}); });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::internal);
    EXPECT_EQ(done.error().detail, "The database failed.");
    EXPECT_EQ(count_of("a"), 0);
}

TEST_P(Transactions, of_many_that_race_for_one_name_exactly_one_wins) {
    const auto other = open_another(); // another process's view: SQLite's single writer doesn't help
    std::atomic<int> winners{0};
    std::atomic<int> conflicts{0};
    std::latch start(8);
    std::vector<std::jthread> racers;
    for (int racer = 0; racer < 8; ++racer) {
        racers.emplace_back([&, racer] {
            start.arrive_and_wait();
            const auto done = (racer % 2 == 0 ? database() : *other).write([&](Tx& tx) -> Result<> {
                BIFROST_CHECK(tx.execute(kInsertLock, "own-" + std::to_string(racer)));
                BIFROST_CHECK(tx.execute(kInsertLock, "one"));
                return {};
            });
            if (done) ++winners;
            if (!done && done.error().constraint == "lock_row_pkey") ++conflicts;
        });
    }
    racers.clear();
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(conflicts, 7);
}

TEST_P(Transactions, a_failing_one_harms_none_that_run_beside_it) {
    ASSERT_TRUE(insert("taken"));
    std::atomic<int> good{0};
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < 12; ++writer) {
        writers.emplace_back([&, writer] {
            for (int round = 0; round < 20; ++round) {
                const std::string name = std::to_string(writer) + "-" + std::to_string(round);
                const bool fails = writer % 3 == 0;
                const auto done = database().write([&](Tx& tx) -> Result<> {
                    BIFROST_CHECK(tx.execute(kInsertLock, name));
                    if (fails) BIFROST_CHECK(tx.execute(kInsertLock, "taken"));
                    return {};
                });
                if (done.has_value() != fails && count_of(name) == (fails ? 0 : 1)) ++good;
            }
        });
    }
    writers.clear();
    EXPECT_EQ(good, 12 * 20);
}

TEST_P(Transactions, it_gives_a_sign_of_life_and_counts_its_connections) {
    EXPECT_TRUE(database().ping());
    const auto inside =
        database().read([&](Tx&) -> Result<std::size_t> { return database().stats().connections_busy; });
    ASSERT_TRUE(inside);
    EXPECT_EQ(*inside, 1U);
    EXPECT_EQ(database().stats().connections_busy, 0U);
}

} // namespace
} // namespace bifrost::tests
