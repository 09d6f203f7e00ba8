#include "access/event_visibility.hpp"

namespace bifrost::access {

events::EventFilter visible_events(const Actor& actor) {
    events::EventFilter filter;
    database::Params params;
    filter.condition = visible_projects(actor, "event.project_id", params);
    // The filter counts its values by `?`; the policy's condition has at most this one.
    if (const auto at = filter.condition.find("$1"); at != std::string::npos)
        filter.condition.replace(at, 2, "?");
    filter.values = std::move(params);
    if (actor.is_administrator() || actor.is_system()) {
        // A token of an administrator may be limited to what it was made for.
        if (!actor.may(Permission::user_read)) filter.condition += " and event.project_id is not null";
        return filter;
    }
    filter.condition += " and (event.entity_kind <> 'version' or exists (select 1 from version v where "
                        "v.id = event.entity_id and (v.state = 'published' or v.author_id = ?)))";
    filter.values.push_back(database::to_value(actor.user_id));
    return filter;
}

} // namespace bifrost::access
