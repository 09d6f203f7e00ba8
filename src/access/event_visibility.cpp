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

Result<std::unordered_map<Id, VersionFacts>> find_version_facts(database::Tx& tx,
                                                                const std::vector<events::Event>& events) {
    std::unordered_map<Id, VersionFacts> facts;
    database::Params params;
    std::string list;
    for (const auto& event : events) {
        if (event.entity_kind != "version" || !facts.emplace(event.entity_id, VersionFacts{}).second)
            continue;
        params.push_back(database::to_value(event.entity_id));
        list += (list.empty() ? "$" : ", $") + std::to_string(params.size());
    }
    if (params.empty()) return facts;
    BIFROST_ASSIGN(
        const auto rows,
        tx.query_text("select id, state, author_id from version where id in (" + list + ")", params));
    for (const auto row : rows)
        facts[row.id(0)] = {row.text(1) == "published", row.get<std::optional<Id>>(2)};
    return facts;
}

bool may_see_event(const Actor& actor, const events::Event& event,
                   const std::unordered_map<Id, VersionFacts>& versions) {
    if (!actor.may(Permission::project_read)) {
        if (!actor.scope.test(static_cast<std::size_t>(Permission::project_read))) return false;
        if (!event.project_id || !actor.memberships) return false;
        const auto membership = actor.memberships->find(*event.project_id);
        if (membership == actor.memberships->end() || membership->second == "client") return false;
    }
    if (actor.is_administrator() || actor.is_system())
        return event.project_id || actor.may(Permission::user_read);
    if (event.entity_kind != "version") return true;
    const auto facts = versions.find(event.entity_id);
    if (facts == versions.end()) return false;
    return facts->second.is_published || facts->second.author_id == actor.user_id;
}

} // namespace bifrost::access
