#pragma once
// Webhooks: what happens is told to a server outside, signed as the Standard Webhooks specification 1.0 says.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "access/call.hpp"
#include "core/json_reader.hpp"
#include "outbound/outside.hpp"
#include "query/list.hpp"

namespace bifrost::webhook {

struct Webhook {
    Id id;
    std::optional<Id> project_id; ///< nothing: of the whole site
    std::string name;
    std::string url;
    json::Raw events{"[]"}; ///< kinds ("asset") and actions ("version.published"); none: all
    std::string state;      ///< enabled, paused (by somebody), disabled (by what its receiver did)
    std::optional<std::string> disabled_reason;
    Id owner_id; ///< whose eyes decide what it is told
    /// Until then deliveries carry a second signature, by the secret before.
    std::optional<Timestamp> old_secret_until;
    std::int64_t failures = 0; ///< attempts without success since the last one that had it
    Timestamp created_at;
    std::optional<Id> created_by;
    Timestamp updated_at;
    std::optional<Id> updated_by;
    std::int64_t revision = 1;
};
BOOST_DESCRIBE_STRUCT(Webhook, (),
                      (id, project_id, name, url, events, state, disabled_reason, owner_id, old_secret_until,
                       failures, created_at, created_by, updated_at, updated_by, revision))

/// With its secret ("whsec_…"), which is shown this once.
struct NewWebhook : Webhook {
    std::string secret;
};
BOOST_DESCRIBE_STRUCT(NewWebhook, (Webhook), (secret))

/// Those of the project (id or code; forbidden when the actor may not manage its webhooks), or, when that is
/// empty, of every project whose webhooks the actor manages and, for administrators, of the site.
Result<query::Page<Webhook>> list_webhooks(database::Tx& tx, const access::Actor& actor,
                                           const query::ListRequest& request, std::string_view project);
/// not_found when the actor may not manage it and can't see its project; forbidden when they can.
Result<Webhook> get_webhook(database::Tx& tx, const access::Actor& actor, const Id& id);

/// `body`: {project_id?, name, url, events?, state?: enabled|paused}. What happens from now on is delivered,
/// as far as its maker (its owner from now on) may see it then. invalid ("/url") for what may not be called.
/// Needs webhook:manage. Adds "webhook.created".
Result<NewWebhook> create_webhook(access::Call& call, const outbound::Outside& outside,
                                  const boost::json::value& body);
/// JSON Merge Patch of name, url, events and state. A paused webhook goes on where it was when it is enabled
/// again; one that was disabled begins with what happens then. Adds "webhook.updated".
Result<Webhook> update_webhook(access::Call& call, const outbound::Outside& outside, const Id& id,
                               const boost::json::value& patch, std::optional<std::int64_t> if_revision);
/// For good, with its deliveries. Adds "webhook.deleted".
Result<> delete_webhook(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision);
/// A new secret; `body`: {keep_hours?: 0–168, 24 by default}: so long the old one signs too. Adds
/// "webhook.secret_rotated".
Result<NewWebhook> rotate_secret(access::Call& call, const Id& id, const boost::json::value& body);

/// invalid below `key` unless it is a list of kinds and actions, at most 100; "[]" when it isn't there.
json::Raw read_events(json::Reader& reader, std::string_view key);
/// The webhook in the transaction of what calls it: invalid ("/…") unless it is one of the project's or of
/// the site's.
Result<bool> is_usable(database::Tx& tx, const Id& webhook_id, const Id& project_id);
/// The event that has the webhook called because of something that happened to an entity.
void add_call(events::ChangeSet& changes, const Id& webhook_id, const Id& project_id,
              std::string_view entity_kind, const Id& entity_id, std::string_view because);

/// The action of that event: only the webhook that it names is told.
inline constexpr std::string_view kCalled = "webhook.called";

} // namespace bifrost::webhook
