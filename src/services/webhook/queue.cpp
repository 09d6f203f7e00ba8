// From the log to deliveries: each webhook has a place of its own in it.

#include "events/event_log.hpp"
#include "services/webhook/delivery.hpp"
#include "services/webhook/webhook.sql.hpp"

#include <boost/json/parse.hpp>

namespace bifrost::webhook {
namespace {

/// What a webhook is told of: what it asked for, and calls that name it.
events::EventFilter filter_of(const Id& id, const std::optional<Id>& project_id, std::string_view kinds) {
    events::EventFilter filter;
    filter.condition = "(event.action <> ? or event.entity_id = ?)";
    filter.values = database::make_params(kCalled, id);
    if (project_id) {
        filter.condition += " and event.project_id = ?";
        filter.values.push_back(database::to_value(*project_id));
    }
    const auto list = boost::json::parse({kinds.data(), kinds.size()});
    if (list.as_array().empty()) return filter;
    filter.condition += " and (event.action = ?";
    filter.values.push_back(database::to_value(kCalled));
    for (const auto& kind : list.as_array()) {
        const std::string_view text = kind.as_string();
        filter.condition +=
            text.find('.') == std::string_view::npos ? " or event.entity_kind = ?" : " or event.action = ?";
        filter.values.push_back(database::to_value(text));
    }
    filter.condition += ")";
    return filter;
}

Result<> insert_all(database::Tx& tx, const Id& webhook_id, const std::vector<events::Event>& events) {
    std::vector<database::Params> rows;
    const auto now = Timestamp::now();
    const std::optional<std::string> no_payload;
    for (const auto& event : events)
        rows.push_back(database::make_params(Id::make(), webhook_id, event.position.epoch,
                                             event.position.txid, event.position.number, event.action,
                                             no_payload, now));
    if (!rows.empty()) BIFROST_CHECK(tx.execute_many(sql::insert_delivery, rows));
    return {};
}

/// One page of the log for one webhook; how many events, and one more when there is more to come.
Result<std::int64_t> take_in(database::Tx& tx, const Id& id, std::int64_t most) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::lock_cursor, id));
    if (rows.empty()) return std::int64_t{0}; // somebody else is at it, or it is enabled no more
    const events::Position since{rows[0].integer(2), rows[0].integer(3), rows[0].integer(4)};
    // Asked before the events: whoever finds nothing up to here needs not look there again.
    BIFROST_ASSIGN(const auto settled, events::last_settled(tx));
    if (!settled) return std::int64_t{0};
    auto page = events::list_events(tx, since, most,
                                    filter_of(id, rows[0].get<std::optional<Id>>(0), rows[0].text(1)));
    events::Position end = *settled;
    std::int64_t taken = 0;
    if (page) {
        BIFROST_CHECK(insert_all(tx, id, page->events));
        taken = static_cast<std::int64_t>(page->events.size()) + (page->more ? 1 : 0);
        end = page->more ? page->position : std::max(page->position, *settled);
    } else if (page.error().code != Errc::gone) {
        return page.error();
    } // else the database was put back to an older copy: from now on
    BIFROST_CHECK(tx.execute(sql::save_cursor, id, end.epoch, end.txid, end.number));
    return taken;
}

} // namespace

Result<std::int64_t> queue_deliveries(database::Database& database, std::int64_t most) {
    BIFROST_ASSIGN(const auto behind, database.read([&](database::Tx& tx) -> Result<std::vector<Id>> {
        std::vector<Id> ids;
        BIFROST_ASSIGN(const auto settled, events::last_settled(tx));
        if (!settled) return ids;
        BIFROST_ASSIGN(const auto rows,
                       tx.query(sql::list_behind, settled->epoch, settled->txid, settled->number));
        for (const auto row : rows) ids.push_back(row.id(0));
        return ids;
    }));
    std::int64_t total = 0;
    for (const auto& id : behind) {
        BIFROST_ASSIGN(const auto taken,
                       database.write([&](database::Tx& tx) { return take_in(tx, id, most); }));
        total += taken;
    }
    return total;
}

} // namespace bifrost::webhook
