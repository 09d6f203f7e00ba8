#pragma once
// What people are told in the application. Made behind the event log, by who can see what it is about then.

#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "access/call.hpp"
#include "query/list.hpp"

namespace bifrost::notification {

struct Notification {
    Id id;
    std::optional<Id> project_id; ///< nothing: of the whole site
    std::string reason;           ///< mention, reply, comment, assigned, status, workflow, automation
    std::string entity_kind;
    Id entity_id;
    std::optional<Id> comment_id;
    std::optional<Id> actor_id;
    std::string position; ///< of the event
    std::string summary;  ///< "review", or how a comment begins
    Timestamp created_at;
    std::optional<Timestamp> read_at;
};
BOOST_DESCRIBE_STRUCT(Notification, (),
                      (id, project_id, reason, entity_kind, entity_id, comment_id, actor_id, position,
                       summary, created_at, read_at))

/// What somebody wants to be told.
struct Rules {
    bool mention = true;
    bool reply = true;
    bool comment = true;
    bool assigned = true;
    bool status = true;
    bool workflow = true;
    bool automation = true; ///< what one has set up was stopped
};
BOOST_DESCRIBE_STRUCT(Rules, (), (mention, reply, comment, assigned, status, workflow, automation))

/// The actor's own, newest first; of projects that they can't see any more none.
Result<query::Page<Notification>> list_notifications(database::Tx& tx, const access::Actor& actor,
                                                     const query::ListRequest& request, bool unread);
/// `body`: {ids} or {all: true}, and read?: false makes them unread again. How many changed.
Result<std::int64_t> mark_read(access::Call& call, const boost::json::value& body);

Result<Rules> get_rules(database::Tx& tx, const access::Actor& actor);
/// `body`: a JSON Merge Patch of the rules.
Result<Rules> update_rules(access::Call& call, const boost::json::value& body);

/// Takes in the events behind the cursor "notifications": who is mentioned, answered, assigned, told by a
/// workflow or assigned to a task that is moved or commented on is told once a change set and entity, never
/// about what they did themselves, never against their rules. How many events.
Result<std::int64_t> tell_people(database::Database& database, std::int64_t most = 500);

} // namespace bifrost::notification
