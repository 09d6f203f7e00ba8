// Every named query of every room is one that both databases understand.

#include <gtest/gtest.h>

#include "database/schema_access.hpp"
#include "support/all_queries.hpp"
#include "support/database_fixture.hpp"

namespace bifrost::tests {
namespace {

using database::Dialect;
using database::Tx;

class Queries : public DatabaseTest {};
INSTANTIATE_FOR_BOTH_DATABASES(Queries);

TEST_P(Queries, every_named_query_is_understood) {
    std::size_t count = 0;
    for (const QueryFile& file : all_queries()) {
        for (const database::Query& query : file.queries) {
            const std::string_view text = query.text(dialect());
            if (text.empty()) continue; // it is for the other database only
            const auto prepared = dynamic_cast<database::SchemaAccess&>(database()).prepare(text);
            EXPECT_TRUE(prepared) << file.path << ": " << query.name;
            ++count;
        }
    }
    EXPECT_GT(count, 0U);
}

} // namespace
} // namespace bifrost::tests
