#pragma once
// Which events an actor may see, decided when they are read and not when they were written.

#include <unordered_map>

#include "access/actor.hpp"
#include "events/event_log.hpp"

namespace bifrost::access {

/// Administrators see all. Others see the events of the projects that they see, but of versions only those
/// that are published now or their own: the log of a draft is its author's. The site's events (people,
/// sign-ins, tokens) belong to no project and stay with administrators.
events::EventFilter visible_events(const Actor& actor);

/// What decides about an event of a version, as it is now.
struct VersionFacts {
    bool is_published = false;
    std::optional<Id> author_id;
};
/// Those of the versions that the events are about.
Result<std::unordered_map<Id, VersionFacts>> find_version_facts(database::Tx& tx,
                                                                const std::vector<events::Event>& events);
/// The same rule as visible_events, for one event in memory: live streams have many readers and one look at
/// the log.
bool may_see_event(const Actor& actor, const events::Event& event,
                   const std::unordered_map<Id, VersionFacts>& versions);

} // namespace bifrost::access
