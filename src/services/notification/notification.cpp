#include "services/notification/notification.hpp"

#include "core/json_reader.hpp"
#include "services/notification/notification.sql.hpp"

namespace bifrost::notification {
namespace {

constexpr std::size_t kMostIds = 1000;

/// Calls `each` with the name of a rule and its value.
template <class R, class F>
void each_rule(R& rules, F&& each) {
    each("mention", rules.mention);
    each("reply", rules.reply);
    each("comment", rules.comment);
    each("assigned", rules.assigned);
    each("status", rules.status);
    each("workflow", rules.workflow);
    each("automation", rules.automation);
}

Result<> require_person(const access::Actor& actor) {
    if (!actor.user_id.is_nil()) return {};
    return Error{Errc::forbidden, "Only people are told something."};
}

} // namespace

Result<query::Page<Notification>> list_notifications(database::Tx& tx, const access::Actor& actor,
                                                     const query::ListRequest& request, bool unread) {
    query::ListQuery list(
        "select n.id, n.project_id, n.reason, n.entity_kind, n.entity_id, n.comment_id, n.actor_id, "
        "n.position, n.summary, n.created_at, n.read_at",
        "from notification n", "n.id", {{"created_at", "n.created_at", true}}, "-created_at");
    list.where_numbered(access::visible_projects(actor, "n.project_id", list.params()));
    list.where("n.user_id = ?", database::make_params(actor.user_id));
    if (unread) list.where("n.read_at is null");
    return list.page<Notification>(tx, request);
}

Result<std::int64_t> mark_read(access::Call& call, const boost::json::value& body) {
    BIFROST_CHECK(require_person(call.actor));
    json::Reader reader(body);
    const bool all = reader.optional_boolean("all").value_or(false);
    const bool read = reader.optional_boolean("read").value_or(true);
    std::vector<Id> ids;
    if (const auto* items = reader.array("ids", kMostIds, !all))
        for (std::size_t i = 0; i < items->size(); ++i) {
            const auto* text = (*items)[i].if_string();
            const auto id = text ? Id::parse({text->data(), text->size()}) : std::nullopt;
            if (id)
                ids.push_back(*id);
            else
                reader.add_item_error("ids", i, "must be an id (a UUID)");
        }
    if (all && reader.has("ids")) reader.add_error("ids", "are not needed when `all` is true");
    BIFROST_CHECK(reader.finish());
    const auto at = read ? std::optional(Timestamp::now()) : std::nullopt;
    if (all && read) return call.tx.execute(sql::mark_all_read, call.actor.user_id, at);
    if (all) return call.tx.execute(sql::mark_all_unread, call.actor.user_id);
    std::int64_t count = 0;
    for (const auto& id : ids) {
        BIFROST_ASSIGN(const auto changed, call.tx.execute(sql::mark_read, call.actor.user_id, id, at));
        count += changed;
    }
    return count;
}

Result<Rules> get_rules(database::Tx& tx, const access::Actor& actor) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_rules, actor.user_id));
    Rules rules;
    for (const auto row : rows)
        each_rule(rules, [&](std::string_view name, bool& wanted) {
            if (row.text(0) == name) wanted = row.boolean(1);
        });
    return rules;
}

Result<Rules> update_rules(access::Call& call, const boost::json::value& body) {
    BIFROST_CHECK(require_person(call.actor));
    BIFROST_ASSIGN(Rules rules, get_rules(call.tx, call.actor));
    json::Reader reader(body);
    each_rule(rules, [&](std::string_view name, bool& wanted) {
        reader.refuse_null({name});
        wanted = reader.optional_boolean(name).value_or(wanted);
    });
    BIFROST_CHECK(reader.finish());
    Result<> stored;
    each_rule(rules, [&](std::string_view name, const bool& wanted) {
        if (stored) stored = call.tx.defer(sql::put_rule, call.actor.user_id, name, wanted);
    });
    BIFROST_CHECK(stored);
    return rules;
}

} // namespace bifrost::notification
