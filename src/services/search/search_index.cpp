#include "services/search/search_index.hpp"

#include <boost/json/parse.hpp>

#include "core/metrics.hpp"
#include "events/event_log.hpp"
#include "query/full_text.hpp"
#include "services/search/document.hpp"
#include "services/search/search_index.sql.hpp"

namespace bifrost::search {
namespace {

bool can_be_found(std::string_view kind) {
    return kind == "project" || kind == "asset" || kind == "episode" || kind == "sequence" ||
           kind == "shot" || kind == "product" || kind == "version";
}

/// True when documents of what is below change with it: their names and whether they are there.
bool reaches_below(const events::Event& event) {
    if (event.entity_kind == "project" || event.entity_kind == "version") return false;
    const auto patch = boost::json::parse(event.patch.text);
    const auto* object = patch.if_object();
    const auto* after = object ? object->if_contains("after") : nullptr;
    if (after == nullptr || !after->is_object() || event.action.ends_with(".created")) return false;
    for (const std::string_view field : {"code", "label", "name", "archived_at"})
        if (after->get_object().contains(field)) return true;
    return false;
}

/// Adds the products and versions below these.
Result<> add_below(database::Tx& tx, const std::set<Id>& ids, Touched& touched) {
    return for_each_chunk(ids, [&](const database::Params& params) -> Result<> {
        BIFROST_ASSIGN(const auto rows,
                       tx.query_text("with recursive below(id, kind) as (select id, kind from entity where "
                                     "parent_id in " +
                                         chunk_parameters() +
                                         " union select e.id, e.kind from entity e join below on "
                                         "e.parent_id = below.id) select id, kind from below",
                                     params));
        for (const auto row : rows)
            if (can_be_found(row.text(1))) touched[std::string(row.text(1))].insert(row.id(0));
        return {};
    });
}

bool is_sqlite(const database::Tx& tx) { return tx.dialect() == database::Dialect::sqlite; }

/// Runs a statement that takes an entity's id, where there are full-text tables.
Result<> in_word_table(database::Tx& tx, const database::Query& query,
                       const std::vector<database::Params>& ids) {
    if (is_sqlite(tx) && !ids.empty()) BIFROST_CHECK(tx.execute_many(query, ids));
    return {};
}

Result<> write_terms(database::Tx& tx, const std::set<std::string>& words) {
    if (words.empty()) return {};
    std::vector<database::Params> rows;
    for (const auto& word : words) rows.push_back(database::make_params(word));
    std::int64_t last = 0;
    if (is_sqlite(tx)) {
        BIFROST_ASSIGN(const auto found, tx.query(sql::find_last_term));
        last = found[0].integer(0);
    }
    BIFROST_CHECK(tx.execute_many(sql::insert_term, rows));
    if (is_sqlite(tx)) BIFROST_CHECK(tx.execute(sql::index_terms, last));
    return {};
}

Result<> write_documents(database::Tx& tx, const std::vector<Document>& documents) {
    std::vector<database::Params> ids;
    std::vector<database::Params> rows;
    std::set<std::string> words;
    for (const auto& document : documents) {
        const std::string code_words = query::fold_words(document.code_text);
        const std::string name_words = query::fold_words(document.name);
        const std::string content_words = query::fold_words(document.content_text);
        ids.push_back(database::make_params(document.entity_id));
        rows.push_back(database::make_params(document.entity_id, document.project_id, document.kind,
                                             document.type, document.status, document.code, document.name,
                                             document.content, code_words, name_words, content_words,
                                             weighted_words(document)));
        for (const auto& text : {code_words, name_words, content_words})
            for (auto& word : query::find_words(text)) words.insert(std::move(word.folded));
    }
    if (rows.empty()) return {};
    BIFROST_CHECK(in_word_table(tx, sql::forget_words, ids));
    BIFROST_CHECK(tx.execute_many(sql::upsert_document, rows));
    BIFROST_CHECK(in_word_table(tx, sql::index_words, ids));
    return write_terms(tx, words);
}

/// Those of `touched` that have no document any more.
Result<> delete_missing(database::Tx& tx, Touched touched, const std::vector<Document>& documents) {
    for (const auto& document : documents) touched[document.kind].erase(document.entity_id);
    std::vector<database::Params> rows;
    for (const auto& [kind, ids] : touched)
        for (const auto& id : ids) rows.push_back(database::make_params(id));
    if (rows.empty()) return {};
    BIFROST_CHECK(in_word_table(tx, sql::forget_words, rows));
    BIFROST_CHECK(tx.execute_many(sql::delete_document, rows));
    return {};
}

Result<> take_in(database::Tx& tx, const std::vector<events::Event>& page) {
    Touched touched;
    std::set<Id> below;
    std::set<Id> purged_in;
    for (const auto& event : page) {
        if (!can_be_found(event.entity_kind)) continue;
        touched[event.entity_kind].insert(event.entity_id);
        if (event.action.ends_with(".purged"))
            purged_in.insert(event.project_id.value_or(event.entity_id));
        else if (reaches_below(event))
            below.insert(event.entity_id);
    }
    BIFROST_CHECK(add_below(tx, below, touched));
    BIFROST_ASSIGN(const auto documents, read_documents(tx, touched));
    BIFROST_CHECK(write_documents(tx, documents));
    BIFROST_CHECK(delete_missing(tx, std::move(touched), documents));
    for (const auto& project : purged_in) {
        BIFROST_CHECK(in_word_table(tx, sql::forget_words_of_orphans, {database::make_params(project)}));
        BIFROST_CHECK(tx.execute(sql::delete_orphans, project));
    }
    return {};
}

/// Whoever takes events in counts them, so that the sum over all processes has each event once.
void count(const std::vector<events::Event>& taken) {
    static const auto lag = metrics::gauge("bifrost_search_lag_seconds",
                                           "How old the newest event was when the search index took it in");
    if (taken.empty()) return lag.set(0);
    std::map<std::string_view, double> sums;
    for (const auto& event : taken) sums[event.action] += 1;
    for (const auto& [action, sum] : sums)
        metrics::counter("bifrost_events_total",
                         "Events of the site, counted as the search index takes them in",
                         {{"action", std::string(action)}})
            .increment(sum);
    lag.set(static_cast<double>(Timestamp::now().micros - taken.back().at.micros) / 1e6);
}

} // namespace

Result<std::int64_t> index_events(database::Database& database, std::int64_t most) {
    const std::string consumer(query::kSearchConsumer);
    BIFROST_ASSIGN(const bool anything, database.read([&](database::Tx& tx) -> Result<bool> {
        BIFROST_ASSIGN(const auto since, events::find_cursor(tx, consumer));
        const auto page = events::list_events(tx, since, 1, {});
        return !page || !page->events.empty(); // an error is for the transaction below
    }));
    if (!anything) {
        count({});
        return std::int64_t{0};
    }
    std::vector<events::Event> taken;
    const auto sum = database.write([&](database::Tx& tx) -> Result<std::int64_t> {
        taken.clear();
        BIFROST_CHECK(tx.execute(sql::make_cursor, consumer));
        BIFROST_ASSIGN(const auto cursor, tx.query(sql::lock_cursor, consumer));
        if (cursor.empty()) return std::int64_t{0};
        std::optional<events::Position> since =
            events::Position{cursor[0].integer(0), cursor[0].integer(1), cursor[0].integer(2)};
        BIFROST_ASSIGN(const auto site, tx.query(sql::find_epoch));
        // A database that was put back to an older copy: everything is looked at again.
        if (!site.empty() && since->epoch > site[0].integer(0)) since = std::nullopt;
        BIFROST_ASSIGN(auto page, events::list_events(tx, since, most, {}));
        if (page.events.empty()) return std::int64_t{0};
        BIFROST_CHECK(take_in(tx, page.events));
        BIFROST_CHECK(tx.execute(sql::save_position, consumer, page.position.epoch, page.position.txid,
                                 page.position.number, page.events.back().at));
        taken = std::move(page.events);
        return static_cast<std::int64_t>(taken.size());
    });
    if (sum) count(taken);
    return sum;
}

} // namespace bifrost::search
