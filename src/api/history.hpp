#pragma once
// Events as people read them: who did what to which field.

#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "access/user_ref.hpp"
#include "events/event_log.hpp"
#include "http/message.hpp"

namespace bifrost::api {

std::set<Id> actors_of(const std::vector<events::Event>& events);
/// Nothing for the program itself.
std::optional<access::UserRef> actor_of(const events::Event& event,
                                        const std::unordered_map<Id, access::UserRef>& users);

/// [{field, from, to}] of a patch {"before": …, "after": …}, as JSON text.
json::Raw changes_of(const json::Raw& patch);

/// {"data": [{position, …, changes}], "next_cursor"}
http::Response history_answer(const std::vector<events::Event>& events,
                              const std::unordered_map<Id, access::UserRef>& users,
                              const std::optional<std::string>& next_cursor);

} // namespace bifrost::api
