#pragma once
// Every named query of every room, listed at build time (cmake/sql_embed.cmake).

#include <span>
#include <string_view>
#include <vector>

#include "database/query.hpp"

namespace bifrost::tests {

struct QueryFile {
    std::string_view path; ///< below src/, e.g. "services/asset/asset.sql"
    std::span<const database::Query> queries;
};

std::vector<QueryFile> all_queries();

} // namespace bifrost::tests
