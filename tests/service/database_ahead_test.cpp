// Queries whose rows come along with a later statement's answer.

#include <gtest/gtest.h>

#include "support/database_fixture.hpp"

namespace bifrost::tests {
namespace {

using database::Rows;
using database::Tx;

constexpr database::Query kSeven{"seven", "select 7", "select 7"};
constexpr database::Query kEight{"eight", "select 8", "select 8"};
constexpr database::Query kBroken{"broken", "select nothing_of_this", "select nothing_of_this"};
constexpr database::Query kLock{"lock", "insert into lock_row (name) values ($1)",
                                "insert into lock_row (name) values ($1)"};

class DatabaseAhead : public DatabaseTest {};
INSTANTIATE_FOR_BOTH_DATABASES(DatabaseAhead);

TEST_P(DatabaseAhead, a_failing_one_fails_the_transaction) {
    const auto done = database().write([](Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.execute(kLock, "left"));
        BIFROST_CHECK(tx.query_ahead(kBroken, [](const Rows&) { FAIL(); }));
        BIFROST_CHECK(tx.query(kSeven));
        return {};
    });
    EXPECT_FALSE(done);
    const auto left = database().read(
        [](Tx& tx) { return tx.query_text("select 1 from lock_row where name = 'left'", {}); });
    ASSERT_TRUE(left);
    EXPECT_TRUE(left->empty());
}

TEST_P(DatabaseAhead, rows_are_there_when_the_next_answer_is) {
    const auto done = database().write([](Tx& tx) -> Result<> {
        std::vector<std::int64_t> seen;
        const auto note = [&seen](const Rows& rows) { seen.push_back(rows[0].integer(0)); };
        BIFROST_CHECK(tx.query_ahead(kSeven, note));
        BIFROST_CHECK(tx.defer(kLock, "deferred"));
        BIFROST_CHECK(tx.query_ahead(kEight, note));
        BIFROST_ASSIGN(const auto rows, tx.query(kSeven));
        EXPECT_EQ(rows[0].integer(0), 7);
        EXPECT_EQ(seen, (std::vector<std::int64_t>{7, 8}));
        // Among many rows of one statement, too.
        BIFROST_CHECK(tx.query_ahead(kEight, note));
        BIFROST_ASSIGN(const auto count, tx.execute_many(kLock, {{std::string("a")}, {std::string("b")}}));
        EXPECT_EQ(count, 2);
        EXPECT_EQ(seen.size(), 3U);
        return {};
    });
    EXPECT_TRUE(done) << done.error().detail;
}

TEST_P(DatabaseAhead, the_last_ones_come_with_the_commit) {
    auto seen = std::make_shared<std::int64_t>(0);
    const auto done = database().write([&](Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.defer(kLock, "deferred"));
        return tx.query_ahead(kSeven, [seen](const Rows& rows) { *seen = rows[0].integer(0); });
    });
    EXPECT_TRUE(done);
    EXPECT_EQ(*seen, 7);
}

} // namespace
} // namespace bifrost::tests
