#pragma once
// Which events an actor may see, decided when they are read and not when they were written.

#include "access/actor.hpp"
#include "events/event_log.hpp"

namespace bifrost::access {

/// Administrators see all. Others see the events of the projects that they see, but of versions only those
/// that are published now or their own: the log of a draft is its author's. The site's events (people,
/// sign-ins, tokens) belong to no project and stay with administrators.
events::EventFilter visible_events(const Actor& actor);

} // namespace bifrost::access
