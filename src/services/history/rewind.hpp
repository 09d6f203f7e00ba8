#pragma once
// An entity as it was: its state now, with the events since taken back one by one.

#include <string>
#include <string_view>
#include <variant>

#include "events/event_log.hpp"

namespace bifrost::history {

/// A moment of the past: a time, or an event's position (as it was right behind that event).
using Moment = std::variant<Timestamp, events::Position>;
/// "2026-01-31T12:00:00Z" or "1.8421.0"; invalid ("/at") for anything else.
Result<Moment> parse_moment(std::string_view text);

/// `current`: the entity's JSON now. Fields that no event carries (thumbnails, counts) stay as they are now.
/// not_found when the entity was made later. Reads every event since: an entity has at most some thousands.
Result<std::string> rewind(database::Tx& tx, const Id& id, std::string_view current, const Moment& moment);

} // namespace bifrost::history
