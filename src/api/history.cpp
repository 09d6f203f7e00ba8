#include "api/history.hpp"

#include <boost/json/parse.hpp>

#include "core/json_reader.hpp"

namespace bifrost::api {
namespace {

const boost::json::object& side(const boost::json::value& patch, std::string_view name) {
    static const boost::json::object empty;
    const auto* object = patch.if_object();
    const auto* value = object ? object->if_contains(name) : nullptr;
    return value != nullptr && value->is_object() ? value->get_object() : empty;
}

} // namespace

std::set<Id> actors_of(const std::vector<events::Event>& events) {
    std::set<Id> ids;
    for (const auto& event : events)
        if (event.actor_id) ids.insert(*event.actor_id);
    return ids;
}

std::optional<access::UserRef> actor_of(const events::Event& event,
                                        const std::unordered_map<Id, access::UserRef>& users) {
    if (!event.actor_id) return std::nullopt;
    const auto found = users.find(*event.actor_id);
    if (found == users.end()) return std::nullopt;
    return found->second;
}

json::Raw changes_of(const json::Raw& patch) {
    const auto parsed = boost::json::parse(patch.text);
    const auto& before = side(parsed, "before");
    const auto& after = side(parsed, "after");
    json::Raw changes{"["};
    const auto add = [&](std::string_view field, const boost::json::value* from,
                         const boost::json::value* to) {
        if (changes.text.size() > 1) changes.text += ',';
        json::ObjectWriter(changes.text)
            .member("field", field)
            .member("from", json::Raw{from ? json::canonical(*from) : "null"})
            .member("to", json::Raw{to ? json::canonical(*to) : "null"});
    };
    for (const auto& member : after) add(member.key(), before.if_contains(member.key()), &member.value());
    for (const auto& member : before)
        if (!after.contains(member.key())) add(member.key(), &member.value(), nullptr);
    changes.text += ']';
    return changes;
}

http::Response history_answer(const std::vector<events::Event>& events,
                              const std::unordered_map<Id, access::UserRef>& users,
                              const std::optional<std::string>& next_cursor) {
    std::string data = "[";
    for (const auto& event : events) {
        if (data.size() > 1) data += ',';
        json::ObjectWriter(data)
            .member("position", event.position.text())
            .member("change_set", event.change_set)
            .member("at", event.at)
            .member("actor", actor_of(event, users))
            .member("action", event.action)
            .member("entity_kind", event.entity_kind)
            .member("entity_id", event.entity_id)
            .member("changes", changes_of(event.patch));
    }
    http::Response response;
    json::ObjectWriter(response.body)
        .member("data", json::Raw{data + "]"})
        .member("next_cursor", next_cursor);
    return response;
}

} // namespace bifrost::api
