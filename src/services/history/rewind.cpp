#include "services/history/rewind.hpp"

#include <boost/json/parse.hpp>

#include "core/json_reader.hpp"

namespace bifrost::history {
namespace {

constexpr std::int64_t kPage = 500;

bool is_later(const events::Event& event, const Moment& moment) {
    if (const auto* time = std::get_if<Timestamp>(&moment)) return event.at > *time;
    return event.position > std::get<events::Position>(moment);
}

const boost::json::object& side(const boost::json::object& patch, std::string_view name) {
    static const boost::json::object empty;
    const auto* value = patch.if_contains(name);
    return value != nullptr && value->is_object() ? value->get_object() : empty;
}

void take_back(const events::Event& event, boost::json::object& entity) {
    const auto patch = boost::json::parse(event.patch.text);
    const auto& before = side(patch.as_object(), "before");
    for (const auto& member : side(patch.as_object(), "after")) {
        auto* value = entity.if_contains(member.key());
        if (value == nullptr) continue; // no field of it, as a move's comment
        const auto* old_value = before.if_contains(member.key());
        *value = old_value != nullptr ? *old_value : boost::json::value(nullptr);
    }
    auto* revision = entity.if_contains("revision");
    const bool counted = event.action.ends_with(".updated") || event.action.ends_with(".transitioned") ||
                         event.action.ends_with(".archived") || event.action.ends_with(".restored");
    if (counted && revision != nullptr && revision->is_int64() && revision->get_int64() > 1)
        *revision = revision->get_int64() - 1;
}

/// Who changed it last by then, and when.
void stamp(const events::Event& event, boost::json::object& entity) {
    if (auto* at = entity.if_contains("updated_at")) *at = event.at.text();
    if (auto* by = entity.if_contains("updated_by"))
        *by = event.actor_id ? boost::json::value(event.actor_id->text()) : boost::json::value(nullptr);
}

} // namespace

Result<Moment> parse_moment(std::string_view text) {
    if (const auto position = events::Position::parse(text)) return Moment{*position};
    if (const auto time = Timestamp::parse(text)) return Moment{*time};
    return invalid_field("/at", "must be a time like 2026-01-31T12:00:00Z or the position of an event");
}

Result<std::string> rewind(database::Tx& tx, const Id& id, std::string_view current, const Moment& moment) {
    auto parsed = boost::json::parse({current.data(), current.size()});
    auto& entity = parsed.as_object();
    std::optional<events::Position> before;
    bool changed = false;
    for (bool more = true; more;) {
        BIFROST_ASSIGN(const auto page, events::entity_history(tx, id, before, kPage));
        more = std::ssize(page) == kPage;
        for (const auto& event : page) {
            before = event.position;
            if (!is_later(event, moment)) {
                if (changed) stamp(event, entity);
                return json::canonical(parsed);
            }
            if (event.action.ends_with(".created"))
                return Error{Errc::not_found, "It had not been made by then."};
            take_back(event, entity);
            changed = true;
        }
    }
    // What the log doesn't reach back to was made before it.
    return json::canonical(parsed);
}

} // namespace bifrost::history
