#include "services/search/search.hpp"

#include "core/hash.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "query/full_text.hpp"
#include "services/search/highlight.hpp"
#include "services/search/near_words.hpp"
#include "services/search/search.sql.hpp"

namespace bifrost::search {
namespace {

using database::Dialect;
using database::Params;

constexpr std::int64_t kMostRanked = 10'000;
constexpr std::size_t kFewHits = 5; ///< fewer than these, and near words are asked too
constexpr std::size_t kMostFacetValues = 100;

/// Where a page begins.
struct Place {
    std::int64_t rank = 0;
    bool wide = false; ///< near words were asked too
};

Result<Place> read_cursor(const std::string& cursor) {
    if (cursor.empty()) return Place{};
    const Error bad = invalid_field("/cursor", "is not a cursor of this search; begin again without one");
    const auto text = parse_base64url(cursor);
    const auto parsed = text ? json::parse(*text) : Result<boost::json::value>(bad);
    if (!parsed || !parsed->is_array()) return bad;
    const auto& values = parsed->get_array();
    if (values.size() != 2 || !values[0].is_int64() || !values[1].is_bool()) return bad;
    const Place place{values[0].get_int64(), values[1].get_bool()};
    if (place.rank < 0 || place.rank > kMostRanked) return bad;
    return place;
}

std::string write_cursor(const Place& place) {
    return base64url(json::canonical(boost::json::array{place.rank, place.wide}));
}

/// One statement in the making.
struct Statement {
    Dialect dialect;
    Params params;

    template <class T>
    std::string bind(const T& value) {
        params.push_back(database::to_value(value));
        return "$" + std::to_string(params.size());
    }
    /// A condition on `d` that its words match.
    std::string matches(const std::vector<query::Term>& terms, bool title_only = false) {
        const std::string text = bind(query::match_text(dialect, terms, title_only));
        if (dialect == Dialect::postgres) return "d.words @@ cast(" + text + " as tsquery)";
        return "d.number in (select rowid from search_words where search_words match " + text + ")";
    }
};

/// What is asked, ready to be written into statements.
struct Asked {
    std::optional<std::string> code; ///< the text as a code, when it can be one
    std::vector<query::Term> terms;
    std::vector<query::Term> wide; ///< empty: near words are not asked
    std::optional<Id> project_id;
};

std::string filters(Statement& statement, const access::Actor& actor, const SearchRequest& request,
                    const Asked& asked) {
    std::string out =
        access::visible_projects(actor, "d.project_id", statement.params) +
        " and d.project_id not in (select id from entity where kind = 'project' and archived_at "
        "is not null)";
    if (asked.project_id) out += " and d.project_id = " + statement.bind(*asked.project_id);
    std::string kinds;
    for (const auto& kind : request.kinds) kinds += (kinds.empty() ? "" : ", ") + statement.bind(kind);
    if (!kinds.empty()) out += " and d.kind in (" + kinds + ")";
    return out;
}

/// "with found as (…)": documents with the exact code, and those that match, at most kMostRanked of them,
/// each once.
std::string found_of(Statement& statement, const access::Actor& actor, const SearchRequest& request,
                     const Asked& asked) {
    const std::string where = filters(statement, actor, request, asked);
    const std::string code = "cast(" + statement.bind(asked.code) + " as text)";
    const auto& terms = asked.wide.empty() ? asked.terms : asked.wide;
    return "with found as (select d.* from search_document d where d.code = " + code + " and " + where +
           " union all select m.* from (select d.* from search_document d where " + statement.matches(terms) +
           " and (d.code <> " + code + " or " + code + " is null) and " + where + " limit " +
           std::to_string(kMostRanked) + ") m) ";
}

std::string page_sql(Statement& statement, const access::Actor& actor, const SearchRequest& request,
                     const Asked& asked, std::int64_t rank) {
    std::string sql = found_of(statement, actor, request, asked);
    const std::string code = "cast(" + statement.bind(asked.code) + " as text)";
    const auto& terms = asked.wide.empty() ? asked.terms : asked.wide;
    sql += "select r.kind, r.entity_id, r.project_id, r.code, r.name, r.content, r.tier from (select d.kind, "
           "d.entity_id, d.project_id, d.code, d.name, d.content, case when d.code = " +
           code + " then 4 when substr(d.code, 1, length(" + code + ")) = " + code + " then 3 when " +
           statement.matches(terms, true) + " then 2 else 1 end";
    if (!asked.wide.empty()) sql += " + case when " + statement.matches(asked.terms) + " then 10 else 0 end";
    sql += " as tier, case d.kind when 'asset' then 1 when 'shot' then 1 when 'project' then 2 when "
           "'sequence' then 2 "
           "when 'episode' then 2 when 'product' then 3 else 4 end "
           "as kind_rank from found d) r "
           "order by r.tier desc, r.kind_rank, length(r.name), r.code, r.entity_id limit " +
           statement.bind(request.limit + 1) + " offset " + statement.bind(rank);
    return sql;
}

double kind_weight(std::string_view kind) {
    if (kind == "asset" || kind == "shot") return 0.6;
    if (kind == "project" || kind == "sequence" || kind == "episode") return 0.4;
    return kind == "product" ? 0.2 : 0.0;
}

double score_of(std::int64_t tier, std::string_view kind, std::string_view name) {
    const double by_kind = kind_weight(kind);
    return static_cast<double>(tier) + by_kind + 0.2 / (1.0 + static_cast<double>(utf8_length(name)));
}

Hit read_hit(const database::Row& row, const std::vector<query::Term>& terms) {
    Hit hit;
    hit.kind = row.text(0);
    hit.id = row.id(1);
    hit.project_id = row.id(2);
    if (!row.text(3).empty()) hit.code = row.text(3);
    hit.name = row.text(4);
    hit.score = score_of(row.integer(6), hit.kind, hit.name);
    const auto add = [&](std::string_view field, std::string_view text) {
        if (auto found = highlight(field, text, terms)) hit.highlights.push_back(std::move(*found));
    };
    add("name", hit.name);
    add("code", hit.code.value_or(""));
    add(hit.kind == "version" ? "comment" : "description", row.text(5));
    return hit;
}

Result<SearchResult> read_page(database::Tx& tx, const access::Actor& actor, const SearchRequest& request,
                               const Asked& asked, std::int64_t rank) {
    Statement statement{tx.dialect(), {}};
    const std::string sql = page_sql(statement, actor, request, asked, rank);
    BIFROST_ASSIGN(const auto rows, tx.query_text(sql, statement.params));
    SearchResult result;
    const auto& terms = asked.wide.empty() ? asked.terms : asked.wide;
    for (const auto row : rows) {
        if (static_cast<std::int64_t>(result.data.size()) == request.limit) {
            result.next_cursor = write_cursor({rank + request.limit, !asked.wide.empty()});
            break;
        }
        result.data.push_back(read_hit(row, terms));
    }
    return result;
}

/// The join and the value of a facet.
std::string facet_sql(std::string_view facet) {
    const std::string from = " from found d";
    const std::string name = "select '" + std::string(facet) + "', ";
    if (facet == "project")
        return name + "p.code, count(*)" + from + " join entity p on p.id = d.project_id group by p.code";
    if (facet == "tag")
        return name + "t.tag, count(*)" + from +
               " join entity_tag t on t.entity_id = d.entity_id group by t.tag";
    const std::string column = "d." + std::string(facet);
    return name + column + ", count(*)" + from + " where " + column + " is not null group by " + column;
}

Result<> read_facets(database::Tx& tx, const access::Actor& actor, const SearchRequest& request,
                     const Asked& asked, SearchResult& result) {
    std::string selects;
    for (const auto& facet : request.facets) {
        if (result.facets.contains(facet)) continue;
        result.facets[facet] = {};
        selects += (selects.empty() ? "" : " union all ") + facet_sql(facet);
    }
    if (selects.empty()) return {};
    Statement statement{tx.dialect(), {}};
    const std::string sql = found_of(statement, actor, request, asked) + selects;
    BIFROST_ASSIGN(const auto rows, tx.query_text(sql, statement.params));
    for (const auto row : rows)
        result.facets[std::string(row.text(0))].push_back({std::string(row.text(1)), row.integer(2)});
    for (auto& [facet, values] : result.facets) {
        std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) {
            return a.count != b.count ? a.count > b.count : a.value < b.value;
        });
        if (values.size() > kMostFacetValues) values.resize(kMostFacetValues);
    }
    return {};
}

Result<Id> find_visible_project(database::Tx& tx, const access::Actor& actor, const std::string& project) {
    const auto id = Id::parse(project);
    BIFROST_ASSIGN(const auto rows, id ? tx.query(sql::find_project_by_id, *id)
                                       : tx.query(sql::find_project_by_code, fold_case(project)));
    if (rows.empty()) return Error{Errc::not_found, "There is no such project."};
    BIFROST_CHECK(actor.require(access::Permission::project_read, rows[0].id(0), "project"));
    return rows[0].id(0);
}

} // namespace

Result<SearchResult> search(database::Tx& tx, const access::Actor& actor, const SearchRequest& request) {
    Asked asked;
    if (!request.project.empty()) {
        BIFROST_ASSIGN(asked.project_id, find_visible_project(tx, actor, request.project));
    }
    BIFROST_ASSIGN(const Place place, read_cursor(request.cursor));
    asked.terms = query::query_terms(request.q);
    asked.code = fold_code(request.q);
    SearchResult result;
    for (const auto& facet : request.facets) result.facets[facet] = {};
    if (asked.terms.empty()) return result;
    result.facets.clear();
    if (place.wide) {
        BIFROST_ASSIGN(asked.wide, widen(tx, asked.terms));
    }
    BIFROST_ASSIGN(result, read_page(tx, actor, request, asked, place.rank));
    if (place.rank == 0 && result.data.size() < std::min(kFewHits, static_cast<std::size_t>(request.limit))) {
        BIFROST_ASSIGN(asked.wide, widen(tx, asked.terms));
        if (!asked.wide.empty()) {
            BIFROST_ASSIGN(result, read_page(tx, actor, request, asked, 0));
        }
    }
    BIFROST_CHECK(read_facets(tx, actor, request, asked, result));
    return result;
}

} // namespace bifrost::search
