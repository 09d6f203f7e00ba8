// Schema migrations on both databases.

#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "database/migration_text.hpp"
#include "database/migrations.hpp"
#include "support/child.hpp"
#include "support/database_fixture.hpp"

namespace bifrost::tests {
namespace {

using namespace std::chrono_literals;
using database::Database;
using database::Dialect;
using database::MigrationText;
using database::Row;
using database::Tx;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Texts = std::vector<MigrationText>;

/// Every table, column, index and constraint, as sorted lines.
std::vector<std::string> schema_of(Database& database) {
    static const std::vector<std::string> postgres = {
        "select table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || "
        "coalesce(column_default, '-') || ' ' || coalesce(collation_name, '-') from "
        "information_schema.columns "
        "where table_schema = 'public'",
        "select indexdef from pg_indexes where schemaname = 'public'",
        "select cast(conrelid as regclass) || ' ' || conname || ' ' || pg_get_constraintdef(oid) from "
        "pg_constraint "
        "where connamespace = cast('public' as regnamespace)"};
    static const std::vector<std::string> sqlite = {
        "select m.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || "
        "coalesce(c.dflt_value, '-') "
        "|| ' ' || c.pk from sqlite_schema m join pragma_table_info(m.name) c where m.type = 'table'",
        "select coalesce(sql, name) from sqlite_schema where type <> 'table'",
        "select m.name || ' ' || k.\"from\" || ' ' || k.\"table\" || ' ' || coalesce(k.\"to\", '-') || ' ' "
        "|| k.on_delete "
        "from sqlite_schema m join pragma_foreign_key_list(m.name) k where m.type = 'table'"};
    std::vector<std::string> lines;
    for (const std::string& sql : database.dialect() == Dialect::sqlite ? sqlite : postgres) {
        const auto rows = database.read([&](Tx& tx) { return tx.query_text(sql, {}); });
        EXPECT_TRUE(rows);
        if (!rows) continue;
        for (const Row row : *rows) lines.emplace_back(row.text(0));
    }
    std::ranges::sort(lines);
    return lines;
}

class Migrations : public testing::TestWithParam<Dialect> {
  protected:
    [[nodiscard]] static MigrationText text(std::int64_t number, std::string_view name,
                                            std::string_view sql) {
        return {number, name, sql, sql};
    }
    Result<std::vector<std::int64_t>> up(const Texts& texts) {
        return database::migrate_up(*database_, texts);
    }
    [[nodiscard]] Database& database() { return *database_; }
    bool has_table(const std::string& name) {
        return database()
            .read([&](Tx& tx) { return tx.query_text("select * from " + name, {}); })
            .has_value();
    }

    EmptyDatabase empty_{GetParam()};
    std::unique_ptr<Database> database_ = open_or_throw(empty_.url());
};
INSTANTIATE_FOR_BOTH_DATABASES(Migrations);

const MigrationText kOne{1, "one", "create table one (id integer); insert into one values (1)",
                         "create table one (id integer); insert into one values (1)"};
const MigrationText kTwo{2, "two", "create table two (id integer)", "create table two (id integer)"};

TEST_P(Migrations, they_are_applied_once_and_in_order) {
    const auto first = up({kOne});
    ASSERT_TRUE(first) << first.error().detail;
    EXPECT_THAT(*first, ElementsAre(1));
    const auto second = up({kOne, kTwo});
    ASSERT_TRUE(second) << second.error().detail;
    EXPECT_THAT(*second, ElementsAre(2));
    EXPECT_THAT(*up({kOne, kTwo}), IsEmpty());
}

TEST_P(Migrations, one_that_fails_leaves_nothing_of_itself_and_all_that_came_before) {
    const auto done =
        up({kOne, text(2, "half", "create table half (id integer); insert into nowhere values (1)")});
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().detail, HasSubstr("0002 (half)"));
    EXPECT_TRUE(has_table("one"));
    EXPECT_FALSE(has_table("half"));
    EXPECT_TRUE(up({kOne, kTwo}));
}

TEST_P(Migrations, an_applied_one_whose_text_changed_is_refused) {
    ASSERT_TRUE(up({kOne}));
    const auto done = up({text(1, "one", "create table other (id integer)"), kTwo});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::conflict);
    EXPECT_THAT(done.error().detail, HasSubstr("0001 (one) was applied with another text"));
    EXPECT_FALSE(has_table("two"));
}

TEST_P(Migrations, a_schema_newer_than_the_program_is_refused) {
    ASSERT_TRUE(up({kOne, kTwo}));
    const auto done = up({kOne});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::conflict);
    EXPECT_THAT(done.error().detail, HasSubstr("newer than the program"));
    EXPECT_FALSE(database::verify_schema(database())); // it knows other migrations than these
}

TEST_P(Migrations, a_database_without_any_is_told_to_be_behind) {
    const auto verified = database::verify_schema(database());
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().code, Errc::conflict);
    EXPECT_THAT(verified.error().detail, HasSubstr("bifrost migrate up"));
    const auto all = database::migration_status(database());
    ASSERT_TRUE(all);
    for (const auto& migration : *all) EXPECT_FALSE(migration.applied_at);
}

TEST_P(Migrations, programs_that_start_at_once_apply_them_once) {
    std::vector<std::jthread> programs;
    std::atomic<std::size_t> applied{0};
    std::atomic<int> failed{0};
    for (int program = 0; program < 4; ++program)
        programs.emplace_back([&] {
            const auto opened = open_or_throw(empty_.url());
            const auto done = database::migrate_up(*opened);
            if (done) applied += done->size();
            if (!done) ++failed;
        });
    programs.clear();
    EXPECT_EQ(failed, 0);
    EXPECT_EQ(applied, database::all_migrations.size());
    EXPECT_TRUE(database::verify_schema(database()));
}

TEST_P(Migrations, a_fresh_schema_equals_one_that_was_upgraded_step_by_step) {
    for (std::size_t count = 1; count <= database::all_migrations.size(); ++count) {
        const auto opened = open_or_throw(empty_.url());
        ASSERT_TRUE(database::migrate_up(*opened, database::all_migrations.first(count)));
    }
    const FreshDatabase fresh(GetParam());
    EXPECT_EQ(schema_of(database()), schema_of(*open_or_throw(fresh.url())));
    EXPECT_TRUE(database::verify_schema(database()));
}

TEST_P(Migrations, a_fresh_database_has_every_migration) {
    const FreshDatabase fresh(GetParam());
    const auto opened = open_or_throw(fresh.url());
    const auto all = database::migration_status(*opened);
    ASSERT_TRUE(all);
    ASSERT_EQ(all->size(), database::all_migrations.size());
    for (const auto& migration : *all) EXPECT_TRUE(migration.applied_at) << migration.name;
}

/// A migration that takes long enough to be killed in its middle.
MigrationText slow_migration(Dialect dialect) {
    if (dialect == Dialect::postgres)
        return {2, "slow", "",
                "create table early (id integer); select pg_sleep(600); create table late (id integer)"};
    return {
        2, "slow",
        "create table early (id integer); with recursive n(i) as (select 1 union all select i + 1 from n) "
        "insert into early select i from n; create table late (id integer)",
        ""};
}

TEST_P(Migrations, one_that_was_killed_in_its_middle_is_not_applied_and_can_be_run_again) {
    database_.reset(); // the child must inherit neither threads nor connections
    Child child([&](const Child::Say& say) {
        const auto opened = open_or_throw(empty_.url());
        say("started");
        (void)database::migrate_up(*opened, Texts{kOne, slow_migration(GetParam())});
    });
    ASSERT_EQ(child.next_line(), "started");
    database_ = open_or_throw(empty_.url());
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!has_table("one") && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(5ms);
    ASSERT_TRUE(has_table("one"));
    std::this_thread::sleep_for(50ms); // well into the second; the test holds wherever the kill falls
    child.kill_hard();
    EXPECT_FALSE(has_table("early"));
    const auto again = up({kOne, kTwo});
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_THAT(*again, ElementsAre(2));
}

TEST(SqliteSchema, its_tables_are_strict_and_keep_text_as_it_is) {
    const FreshDatabase fresh(Dialect::sqlite);
    const auto opened = open_or_throw(fresh.url());
    const auto loose = opened->read([](Tx& tx) {
        return tx.query_text(
            "select name from pragma_table_list where schema = 'main' and type = 'table' and not strict "
            "and name not like 'sqlite_%'",
            {});
    });
    ASSERT_TRUE(loose);
    for (const Row row : *loose) ADD_FAILURE() << row.text(0);
}

} // namespace
} // namespace bifrost::tests
