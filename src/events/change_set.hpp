#pragma once
// Every change writes its events in its own transaction; the events of one transaction are one change set.

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/id.hpp"
#include "core/json_writer.hpp"
#include "core/result.hpp"
#include "database/database.hpp"

namespace bifrost::events {

/// Where an event stands in the site's total order. Opaque to callers as text ("1.8421.0").
struct Position {
    std::int64_t epoch = 0;
    std::int64_t txid = 0;
    std::int64_t number = 0;

    [[nodiscard]] std::string text() const;
    static std::optional<Position> parse(std::string_view text);
    auto operator<=>(const Position&) const = default;
};

struct NewEvent {
    std::string action; ///< "asset.created"
    std::optional<Id> project_id;
    std::string entity_kind;
    Id entity_id;
    /// {"before": {…}, "after": {…}} of the fields that changed, canonical JSON text (see make_patch).
    std::string patch = "{}";
};

/// The events of one transaction. Made inside the body of `Database::write`, so that a repeated body starts
/// afresh.
class ChangeSet {
  public:
    ChangeSet(std::optional<Id> actor_id, std::string request_id);

    /// Asks for the transaction's place in the log along with its first statement, which saves a round trip
    /// at its end. Optional, to be called first.
    Result<> begin(database::Tx& tx);
    void add(NewEvent event) { events_.push_back(std::move(event)); }
    [[nodiscard]] bool empty() const { return events_.empty(); }
    [[nodiscard]] const Id& id() const { return id_; }

    /// Appends what was added and not appended yet; called last in the transaction, and earlier by who needs
    /// the position. The position of the last event, or of the newest event there is when nothing was added.
    Result<Position> append_to_log(database::Tx& tx);

  private:
    Result<> append_many(database::Tx& tx, Timestamp now);

    Id id_ = Id::make();
    std::optional<Id> actor_id_;
    std::string request_id_;
    std::vector<NewEvent> events_;
    std::size_t appended_ = 0; ///< of events_
    Position last_;            ///< of the last appended one
    /// Epoch and transaction, once they are known.
    std::shared_ptr<std::optional<Position>> start_ = std::make_shared<std::optional<Position>>();
};

/// The fields that differ between two JSON objects (texts), as {"before": {…}, "after": {…}} in canonical
/// form; `before` empty text: everything is new. Members named in `derived` are left out.
std::string make_patch(std::string_view before, std::string_view after,
                       const std::vector<std::string_view>& derived = {});

} // namespace bifrost::events
