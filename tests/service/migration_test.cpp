// Schema migrations on both databases.

#include <gtest/gtest.h>

#include "database/migration_text.hpp"
#include "database/migrations.hpp"
#include "support/database_fixture.hpp"

namespace bifrost::tests {
namespace {

using database::Tx;

class Migrations : public DatabaseTest {};
INSTANTIATE_FOR_BOTH_DATABASES(Migrations);

TEST_P(Migrations, a_fresh_database_has_every_migration_and_nothing_is_left_to_do) {
    EXPECT_TRUE(database::verify_schema(database()));
    const auto again = database::migrate_up(database());
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_TRUE(again->empty());
    const auto all = database::migration_status(database());
    ASSERT_TRUE(all);
    ASSERT_EQ(all->size(), database::all_migrations.size());
    for (const auto& migration : *all) EXPECT_TRUE(migration.applied_at) << migration.name;
}

} // namespace
} // namespace bifrost::tests
