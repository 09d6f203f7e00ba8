#pragma once
// Search over everything that the actor may see: words with a prefix on the last, near words when those give
// little, best first. The same on both databases.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/actor.hpp"
#include "core/json_writer.hpp"
#include "core/result.hpp"
#include "database/database.hpp"

namespace bifrost::search {

struct SearchRequest {
    std::string q;
    std::vector<std::string> kinds;  ///< project, asset, product, version; empty: all
    std::string project;             ///< id or code; empty: all
    std::vector<std::string> facets; ///< kind, project, type, status, tag
    std::int64_t limit = 100;
    std::string cursor;
};

struct Highlight {
    std::string field;
    std::string text;
    std::vector<std::vector<std::int64_t>> ranges; ///< [first, one past the last] code point of the text
};
BOOST_DESCRIBE_STRUCT(Highlight, (), (field, text, ranges))

struct Hit {
    std::string kind;
    Id id;
    Id project_id;
    std::optional<std::string> code;
    std::string name;
    std::vector<Highlight> highlights;
    double score = 0;
};
BOOST_DESCRIBE_STRUCT(Hit, (), (kind, id, project_id, code, name, highlights, score))

struct FacetValue {
    std::string value;
    std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(FacetValue, (), (value, count))

struct SearchResult {
    std::vector<Hit> data;
    std::map<std::string, std::vector<FacetValue>> facets;
    std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(SearchResult, (), (data, facets, next_cursor))

/// Best first: the exact code, codes that begin so, names, then the rest; shorter names before longer ones.
/// A cursor is a rank; at most 10,000 matches are ranked, which bounds the cost of every page. Facets count
/// those. not_found for a project that may not be seen, invalid ("/cursor") for a foreign cursor.
Result<SearchResult> search(database::Tx& tx, const access::Actor& actor, const SearchRequest& request);

} // namespace bifrost::search
