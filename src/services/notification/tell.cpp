// Who is told what, out of the events.

#include <algorithm>

#include <boost/json/parse.hpp>

#include "events/follow.hpp"
#include "services/notification/notification.hpp"
#include "services/notification/notification.sql.hpp"

namespace bifrost::notification {
namespace {

constexpr std::size_t kMostSummary = 200;

/// What a notification is about.
struct About {
    std::string entity_kind;
    Id entity_id;
    std::optional<Id> comment_id;
    std::string summary;
};

const boost::json::object& side(const boost::json::object& patch, std::string_view name) {
    static const boost::json::object empty;
    const auto* value = patch.if_contains(name);
    return value != nullptr && value->is_object() ? value->get_object() : empty;
}

std::vector<Id> ids_of(const boost::json::object& object, std::string_view key) {
    std::vector<Id> ids;
    if (const auto* list = object.if_contains(key); list != nullptr && list->is_array())
        for (const auto& item : list->get_array())
            if (item.is_string())
                if (const auto id = Id::parse(std::string_view(item.get_string()))) ids.push_back(*id);
    return ids;
}

/// The beginning of a text, not cut within a character.
std::string beginning(std::string_view text) {
    if (text.size() <= kMostSummary) return std::string(text);
    std::size_t end = kMostSummary;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return std::string(text.substr(0, end)) + "…";
}

Result<> tell(database::Tx& tx, const events::Event& event, const Id& user, std::string_view reason,
              const About& about) {
    if (event.actor_id == user) return {};
    BIFROST_ASSIGN(const auto may, tx.query(sql::may_be_told, user, event.project_id, reason));
    if (may.empty()) return {};
    BIFROST_CHECK(tx.execute(sql::insert_notification, Id::make(), user, event.project_id, reason,
                             about.entity_kind, about.entity_id, about.comment_id, event.actor_id,
                             event.change_set, event.position.text(), about.summary, event.at));
    return {};
}

Result<> tell_rows(database::Tx& tx, const events::Event& event, const database::Rows& rows,
                   std::string_view reason, const About& about) {
    for (const auto row : rows) BIFROST_CHECK(tell(tx, event, row.id(0), reason, about));
    return {};
}

/// The strongest reason first: the next ones find that the person was told.
Result<> take_comment(database::Tx& tx, const events::Event& event, const boost::json::object& before,
                      const boost::json::object& after) {
    BIFROST_ASSIGN(const auto found, tx.query(sql::find_comment, event.entity_id));
    if (found.empty() || !found[0].is_null(4)) return {};
    const About about{std::string(found[0].text(1)), found[0].id(0), event.entity_id,
                      beginning(found[0].text(3))};
    const auto known = ids_of(before, "mentions");
    for (const auto& user : ids_of(after, "mentions"))
        if (std::find(known.begin(), known.end(), user) == known.end())
            BIFROST_CHECK(tell(tx, event, user, "mention", about));
    if (event.action != "comment.created") return {};
    if (!found[0].is_null(2)) {
        BIFROST_ASSIGN(const auto authors, tx.query(sql::list_thread_authors, found[0].id(2)));
        BIFROST_CHECK(tell_rows(tx, event, authors, "reply", about));
    }
    if (about.entity_kind != "task") return {};
    BIFROST_ASSIGN(const auto assignees, tx.query(sql::list_assignees, about.entity_id));
    return tell_rows(tx, event, assignees, "comment", about);
}

Result<> take_event(database::Tx& tx, const events::Event& event) {
    const bool comment = event.action == "comment.created" || event.action == "comment.updated";
    const bool notified = event.action.ends_with(".notified");
    const bool stopped = event.action == "webhook.disabled" || event.action == "automation.stopped";
    if (!comment && !notified && !stopped && event.entity_kind != "task") return {};
    const auto patch = boost::json::parse(event.patch.text);
    if (!patch.is_object()) return {};
    const auto& before = side(patch.get_object(), "before");
    const auto& after = side(patch.get_object(), "after");
    if (comment) return take_comment(tx, event, before, after);
    About about{event.entity_kind, event.entity_id, std::nullopt, ""};
    if (notified || stopped) {
        if (const auto* text = after.if_contains(stopped ? "disabled_reason" : "text");
            text != nullptr && text->is_string())
            about.summary = beginning(std::string_view(text->get_string()));
        for (const auto& user : ids_of(after, "users"))
            BIFROST_CHECK(tell(tx, event, user, stopped ? "automation" : "workflow", about));
        return {};
    }
    const auto known = ids_of(before, "assignees");
    for (const auto& user : ids_of(after, "assignees"))
        if (std::find(known.begin(), known.end(), user) == known.end())
            BIFROST_CHECK(tell(tx, event, user, "assigned", about));
    if (event.action != "task.transitioned") return {};
    if (const auto* status = after.if_contains("status"); status != nullptr && status->is_string())
        about.summary = std::string_view(status->get_string());
    BIFROST_ASSIGN(const auto assignees, tx.query(sql::list_assignees, event.entity_id));
    return tell_rows(tx, event, assignees, "status", about);
}

} // namespace

Result<std::int64_t> tell_people(database::Database& database, std::int64_t most) {
    return events::follow(database, "notifications", most,
                          [](database::Tx& tx, const std::vector<events::Event>& events) -> Result<> {
                              for (const auto& event : events) BIFROST_CHECK(take_event(tx, event));
                              return {};
                          });
}

} // namespace bifrost::notification
