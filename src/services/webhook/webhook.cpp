#include "services/webhook/webhook.hpp"

#include "access/user_actor.hpp"
#include "core/json_reader.hpp"
#include "events/event_log.hpp"
#include "services/project/project.hpp"
#include "services/webhook/signature.hpp"
#include "services/webhook/webhook.sql.hpp"

namespace bifrost::webhook {
namespace {

using access::Permission;

constexpr std::size_t kMostEvents = 100;
constexpr std::size_t kMostUrl = 2'000;
constexpr std::int64_t kMostKeepHours = 168;
constexpr std::int64_t kKeepHours = 24;

/// "asset", "version.published"
bool is_kind_or_action(std::string_view text) {
    bool at_start = true;
    int dots = 0;
    for (const char c : text) {
        const bool is_letter = c >= 'a' && c <= 'z';
        if (!is_letter && (at_start || (c != '_' && c != '.'))) return false;
        at_start = c == '.';
        if (at_start && ++dots > 1) return false;
    }
    return !at_start;
}

Error missing() { return Error{Errc::not_found, "There is no such webhook."}; }

/// Who may not even know of a site's webhook is told that there is none.
Result<> require_manage(const access::Actor& actor, const Webhook& hook) {
    if (hook.project_id) return actor.require(Permission::webhook_manage, *hook.project_id, "webhook");
    if (actor.may(Permission::webhook_manage)) return {};
    return missing();
}

/// The log shows everybody of the project that there is a webhook; where it goes often is a secret itself.
std::string shown(const Webhook& hook) {
    std::string text;
    json::ObjectWriter(text)
        .member("name", hook.name)
        .member("events", hook.events)
        .member("state", hook.state)
        .member("disabled_reason", hook.disabled_reason);
    return text;
}

void add_event(access::Call& call, std::string_view action, const Webhook& hook, std::string patch) {
    call.changes.add({std::string(action), hook.project_id, "webhook", hook.id, std::move(patch)});
}

std::optional<Id> who(const access::Call& call) {
    return call.actor.user_id.is_nil() ? std::nullopt : std::optional(call.actor.user_id);
}

void check_url(json::Reader& reader, const outbound::Outside& outside, const std::string& url) {
    if (url.empty()) return;
    if (const auto checked = outside.check(url); !checked) reader.add_error("url", checked.error().detail);
}

Result<Webhook> lock(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::lock_webhook, id));
    if (rows.empty()) return missing();
    Webhook hook = rows[0].as<Webhook>();
    BIFROST_CHECK(require_manage(call.actor, hook));
    if (if_revision && *if_revision != hook.revision)
        return Error{Errc::stale_revision, "It was changed by someone else: it is at revision " +
                                               std::to_string(hook.revision) + ". Read it again."};
    return hook;
}

/// Where a hook that begins now stands: what is committed later is delivered. Of what commits at the same
/// moment, more rather than less.
Result<events::Position> begin_position(database::Tx& tx) {
    BIFROST_ASSIGN(const auto settled, events::last_settled(tx));
    return settled.value_or(events::Position{0, 0, -1});
}

} // namespace

json::Raw read_events(json::Reader& reader, std::string_view key) {
    const auto texts = reader.optional_texts(key, kMostEvents, {1, 100});
    if (!texts) return {"[]"};
    for (std::size_t i = 0; i < texts->size(); ++i)
        if (!is_kind_or_action((*texts)[i]))
            reader.add_item_error(
                key, i, "must be a kind of entity or an action, such as asset or version.published");
    return {json::to_json(*texts)};
}

Result<query::Page<Webhook>> list_webhooks(database::Tx& tx, const access::Actor& actor,
                                           const query::ListRequest& request, std::string_view project) {
    query::ListQuery list("select w.id, w.project_id, w.name, w.url, w.events, w.state, w.disabled_reason, "
                          "w.owner_id, w.old_secret_until, w.failures, w.created_at, w.created_by, "
                          "w.updated_at, w.updated_by, w.revision",
                          "from webhook w", "w.id", {{"created_at", "w.created_at", true}}, "created_at");
    if (!project.empty()) {
        BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
        BIFROST_CHECK(actor.require(Permission::webhook_manage, found.id, "project"));
        list.where("w.project_id = ?", database::make_params(found.id));
    } else if (!actor.may(Permission::webhook_manage)) {
        std::string marks;
        database::Params ids;
        if (actor.memberships)
            for (const auto& [id, role] : *actor.memberships)
                if (actor.may(Permission::webhook_manage, id)) {
                    marks += marks.empty() ? "?" : ", ?";
                    ids.push_back(database::to_value(id));
                }
        if (ids.empty())
            list.where("1 = 0");
        else
            list.where("w.project_id in (" + marks + ")", ids);
    }
    return list.page<Webhook>(tx, request);
}

Result<Webhook> get_webhook(database::Tx& tx, const access::Actor& actor, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_webhook, id));
    if (rows.empty()) return missing();
    Webhook hook = rows[0].as<Webhook>();
    BIFROST_CHECK(require_manage(actor, hook));
    return hook;
}

Result<NewWebhook> create_webhook(access::Call& call, const outbound::Outside& outside,
                                  const boost::json::value& body) {
    json::Reader reader(body);
    NewWebhook made;
    const auto project = reader.optional_text("project_id", {1, 64});
    if (project) {
        BIFROST_ASSIGN(const auto found, project::get_project(call.tx, call.actor, *project));
        BIFROST_CHECK(call.actor.require(Permission::webhook_manage, found.id, "project"));
        made.project_id = found.id;
    } else {
        BIFROST_CHECK(call.actor.require_site(Permission::webhook_manage));
    }
    made.name = reader.text("name", {1, 200});
    made.url = reader.text("url", {1, kMostUrl});
    check_url(reader, outside, made.url);
    made.events = read_events(reader, "events");
    made.state = reader.optional_choice("state", {"enabled", "paused"}).value_or("enabled");
    BIFROST_CHECK(reader.finish());
    if (call.actor.user_id.is_nil())
        return Error{Errc::forbidden, "A webhook needs an owner: make it as somebody who is signed in."};
    made.id = Id::make();
    made.owner_id = call.actor.user_id;
    made.secret = make_secret();
    made.created_at = made.updated_at = Timestamp::now();
    made.created_by = made.updated_by = who(call);
    BIFROST_ASSIGN(const auto begin, begin_position(call.tx));
    BIFROST_CHECK(call.tx.execute(sql::insert_webhook, made.id, made.project_id, made.name, made.url,
                                  made.events, made.secret, made.state, made.owner_id,
                                  access::scopes_of(call.actor), begin.epoch, begin.txid, begin.number,
                                  made.created_at, made.created_by));
    add_event(call, "webhook.created", made, events::make_patch("", shown(made)));
    return made;
}

Result<Webhook> update_webhook(access::Call& call, const outbound::Outside& outside, const Id& id,
                               const boost::json::value& patch, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const Webhook before, lock(call, id, if_revision));
    json::Reader reader(patch);
    reader.refuse_null({"name", "url", "events", "state"});
    Webhook after = before;
    if (const auto name = reader.optional_text("name", {1, 200})) after.name = *name;
    if (const auto url = reader.optional_text("url", {1, kMostUrl})) {
        after.url = *url;
        check_url(reader, outside, after.url);
    }
    if (reader.has("events")) after.events = read_events(reader, "events");
    if (const auto state = reader.optional_choice("state", {"enabled", "paused"})) after.state = *state;
    BIFROST_CHECK(reader.finish());
    if (after.state != "disabled") after.disabled_reason.reset();
    if (before.state == "disabled" && after.state != "disabled") {
        BIFROST_ASSIGN(const auto begin, begin_position(call.tx));
        BIFROST_CHECK(call.tx.execute(sql::begin_anew, id, begin.epoch, begin.txid, begin.number));
        after.failures = 0;
    }
    after.updated_at = Timestamp::now();
    after.updated_by = who(call);
    after.revision = before.revision + 1;
    BIFROST_CHECK(call.tx.execute(sql::update_webhook, id, after.name, after.url, after.events, after.state,
                                  after.disabled_reason, after.updated_at, after.updated_by, after.revision));
    add_event(call, "webhook.updated", after, events::make_patch(shown(before), shown(after)));
    return after;
}

Result<> delete_webhook(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const Webhook hook, lock(call, id, if_revision));
    BIFROST_CHECK(call.tx.execute(sql::delete_webhook, id));
    add_event(call, "webhook.deleted", hook, events::make_patch(shown(hook), "{}"));
    return {};
}

Result<NewWebhook> rotate_secret(access::Call& call, const Id& id, const boost::json::value& body) {
    BIFROST_ASSIGN(const Webhook before, lock(call, id, {}));
    json::Reader reader(body);
    const auto hours = reader.optional_integer("keep_hours", 0, kMostKeepHours).value_or(kKeepHours);
    BIFROST_CHECK(reader.finish());
    NewWebhook made;
    static_cast<Webhook&>(made) = before;
    made.secret = make_secret();
    made.updated_at = Timestamp::now();
    made.updated_by = who(call);
    made.revision += 1;
    made.old_secret_until.reset();
    if (hours > 0) made.old_secret_until = made.updated_at.plus_seconds(hours * 3600);
    BIFROST_CHECK(call.tx.execute(sql::set_secret, id, made.secret, made.old_secret_until, made.updated_at,
                                  made.updated_by));
    add_event(call, "webhook.secret_rotated", made, R"({"after":{},"before":{}})");
    return made;
}

Result<bool> is_usable(database::Tx& tx, const Id& webhook_id, const Id& project_id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::is_usable, webhook_id, project_id));
    return !rows.empty();
}

void add_call(events::ChangeSet& changes, const Id& webhook_id, const Id& project_id,
              std::string_view entity_kind, const Id& entity_id, std::string_view because) {
    std::string after;
    json::ObjectWriter(after)
        .member("because", because)
        .member("entity_id", entity_id)
        .member("entity_kind", entity_kind);
    changes.add(
        {std::string(kCalled), project_id, "webhook", webhook_id, "{\"after\":" + after + ",\"before\":{}}"});
}

} // namespace bifrost::webhook
