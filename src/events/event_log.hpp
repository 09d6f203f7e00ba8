#pragma once
// Reading the event log: pages from a position on, the history of one entity, cursors of consumers.

#include <optional>
#include <string>
#include <vector>

#include "events/change_set.hpp"

namespace bifrost::events {

struct Event {
    Position position;
    Timestamp at;
    Id change_set;
    std::optional<Id> actor_id;
    std::string action;
    std::optional<Id> project_id;
    std::string entity_kind;
    Id entity_id;
    json::Raw patch;
    std::optional<std::string> request_id;
};

/// A condition on events composed by the access room: SQL with `?` for each value, bound in order.
struct EventFilter {
    std::string condition = "1 = 1";
    database::Params values{};
    std::vector<std::string> kinds{}; ///< "asset" (every action of the kind) or "asset.updated"
};

struct EventPage {
    std::vector<Event> events;
    /// To resume from: the last event of the page, or where the reader stood when the page is empty. A reader
    /// that goes on from here misses nothing and sees nothing twice.
    Position position;
    bool more = false;
};

/// Events behind `since` (exclusive; nothing: from the beginning) in order. Never passes a transaction that
/// is still running, so nothing can appear later before the page's end. gone: `since` is of an epoch that the
/// site doesn't have.
Result<EventPage> list_events(database::Tx& tx, std::optional<Position> since, std::int64_t limit,
                              const EventFilter& filter);

/// The newest event behind which no transaction is running: where a reader that found nothing up to here may
/// resume from. Nothing when there is none.
Result<std::optional<Position>> last_settled(database::Tx& tx);

/// Newest first; `before` (exclusive) continues a page.
Result<std::vector<Event>> entity_history(database::Tx& tx, const Id& entity_id,
                                          std::optional<Position> before, std::int64_t limit);
Result<std::vector<Event>> project_history(database::Tx& tx, const Id& project_id,
                                           std::optional<Position> before, std::int64_t limit,
                                           const EventFilter& filter = {});

/// Where a consumer stands (nothing: it has not begun), and the move forward, in the transaction of its
/// effect.
Result<std::optional<Position>> find_cursor(database::Tx& tx, const std::string& consumer);
Result<> save_cursor(database::Tx& tx, const std::string& consumer, const Position& position);

} // namespace bifrost::events
