#include "events/event_log.hpp"

#include "events/event.sql.hpp"
#include "events/event_log.sql.hpp"

namespace bifrost::events {
namespace {

Event read_event(const database::Row& row) {
    Event event;
    event.position = {row.integer(0), row.integer(1), row.integer(2)};
    event.at = row.timestamp(3);
    event.change_set = row.id(4);
    event.actor_id = row.get<std::optional<Id>>(5);
    event.action = row.text(6);
    event.project_id = row.get<std::optional<Id>>(7);
    event.entity_kind = row.text(8);
    event.entity_id = row.id(9);
    event.patch = json::Raw{std::string(row.text(10))};
    event.request_id = row.get<std::optional<std::string>>(11);
    return event;
}

constexpr std::string_view kColumns =
    "select epoch, txid, number, at, change_set, actor_id, action, project_id, entity_kind, entity_id, "
    "patch, request_id from event where ";

/// Writes `?` of the filter as the next $n.
std::string number_placeholders(std::string_view condition, std::size_t first) {
    std::string out;
    for (const char c : condition) {
        if (c == '?')
            out.append(1, '$').append(std::to_string(first++));
        else
            out += c;
    }
    return out;
}

std::string kinds_condition(const std::vector<std::string>& kinds, database::Params& params) {
    std::string out;
    for (const auto& kind : kinds) {
        out += out.empty() ? " and (" : " or ";
        out += kind.find('.') == std::string::npos ? "entity_kind = $" : "action = $";
        params.push_back(database::to_value(kind));
        out += std::to_string(params.size());
    }
    return out.empty() ? out : out + ")";
}

Result<std::vector<Event>> history(database::Tx& tx, std::string_view column, const Id& id,
                                   std::optional<Position> before, std::int64_t limit,
                                   const EventFilter& filter) {
    const Position end = before.value_or(Position{INT64_MAX, INT64_MAX, INT64_MAX});
    database::Params params = database::make_params(id, end.epoch, end.txid, end.number, limit);
    const std::string sql = std::string(kColumns) + std::string(column) +
                            " = $1 and (epoch, txid, number) < ($2, $3, $4) and (" +
                            number_placeholders(filter.condition, params.size() + 1) +
                            ") order by epoch desc, txid desc, number desc limit $5";
    params.insert(params.end(), filter.values.begin(), filter.values.end());
    BIFROST_ASSIGN(const auto rows, tx.query_text(sql, params));
    std::vector<Event> events;
    events.reserve(rows.size());
    for (const auto row : rows) events.push_back(read_event(row));
    return events;
}

} // namespace

Result<EventPage> list_events(database::Tx& tx, std::optional<Position> since, std::int64_t limit,
                              const EventFilter& filter) {
    BIFROST_ASSIGN(const auto horizon, tx.query(sql::horizon));
    if (horizon.empty()) return Error{Errc::internal, "The site row is missing; run `bifrost migrate up`."};
    const std::int64_t epoch = horizon[0].integer(0);
    const std::int64_t first_running = horizon[0].integer(1);
    if (since && since->epoch > epoch)
        return Error{Errc::gone,
                     "This position belongs to another copy of the site. Begin again without `since`."};
    const Position from = since.value_or(Position{});
    database::Params params = database::make_params(from.epoch, from.txid, from.number, epoch, first_running);
    // Of earlier epochs everything has ended; of this one only what lies behind the oldest running
    // transaction.
    std::string sql(kColumns);
    sql += "(epoch, txid, number) > ($1, $2, $3) and (epoch < $4 or (epoch = $4 and txid < $5)) and (";
    sql += number_placeholders(filter.condition, params.size() + 1);
    sql += ')';
    params.insert(params.end(), filter.values.begin(), filter.values.end());
    sql += kinds_condition(filter.kinds, params);
    params.push_back(database::to_value(limit + 1));
    sql += " order by epoch, txid, number limit $" + std::to_string(params.size());
    BIFROST_ASSIGN(const auto rows, tx.query_text(sql, params));
    EventPage page;
    page.more = static_cast<std::int64_t>(rows.size()) > limit;
    for (const auto row : rows) {
        if (static_cast<std::int64_t>(page.events.size()) == limit) break;
        page.events.push_back(read_event(row));
    }
    page.position = page.events.empty() ? from : page.events.back().position;
    return page;
}

Result<std::optional<Position>> last_settled(database::Tx& tx) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::last_settled));
    if (rows.empty()) return std::optional<Position>{};
    return std::optional<Position>{{rows[0].integer(0), rows[0].integer(1), rows[0].integer(2)}};
}

Result<std::vector<Event>> entity_history(database::Tx& tx, const Id& entity_id,
                                          std::optional<Position> before, std::int64_t limit) {
    return history(tx, "entity_id", entity_id, before, limit, {});
}

Result<std::vector<Event>> project_history(database::Tx& tx, const Id& project_id,
                                           std::optional<Position> before, std::int64_t limit,
                                           const EventFilter& filter) {
    return history(tx, "project_id", project_id, before, limit, filter);
}

Result<std::optional<Position>> find_cursor(database::Tx& tx, const std::string& consumer) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_cursor, consumer));
    if (rows.empty()) return std::optional<Position>{};
    return std::optional<Position>{{rows[0].integer(0), rows[0].integer(1), rows[0].integer(2)}};
}

Result<> save_cursor(database::Tx& tx, const std::string& consumer, const Position& position) {
    BIFROST_CHECK(tx.execute(sql::save_cursor, consumer, position.epoch, position.txid, position.number,
                             Timestamp::now()));
    return {};
}

} // namespace bifrost::events
