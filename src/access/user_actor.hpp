#pragma once
// People for whom the program acts while they are away: the owners of webhooks and automations.

#include <optional>
#include <string>

#include "access/actor.hpp"
#include "database/database.hpp"

namespace bifrost::access {

/// The permissions of the actor's session or token as a JSON list; nothing when it has all that the person
/// has. What somebody sets up must not be able to do more than they could then.
std::optional<std::string> scopes_of(const Actor& actor);

/// A person as they stand now, limited to `scopes` (nothing: to nothing but who they are). Nothing when they
/// aren't there or were deactivated.
Result<std::optional<Actor>> find_user_actor(database::Tx& tx, const Id& user_id,
                                             const std::optional<std::string>& scopes);

} // namespace bifrost::access
