#pragma once
// Undoing: what one change set did is taken back by a new one.

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "access/call.hpp"

namespace bifrost::history {

/// What is done to an entity.
struct Reversal {
    std::string entity_kind;
    Id entity_id;
    std::string action;              ///< archive, restore, update, transition
    std::vector<std::string> fields; ///< that get their old value back
};
BOOST_DESCRIBE_STRUCT(Reversal, (), (entity_kind, entity_id, action, fields))

struct Reverted {
    std::vector<Reversal> changes;
    bool dry_run = false;
};

/// Undoes the whole change set of the event at `position`: what was made is archived, what was archived comes
/// back, fields and states get their old values. `body`: {dry_run?, only_this_event?}. Takes history:revert
/// in each project, and for every change what that change takes. not_found when there is no such event that
/// the actor may see; conflict with the member "conflicts" [{entity_kind, entity_id, field?, detail,
/// changed_by?}] when something was changed since, or can't be undone: then nothing is.
Result<Reverted> revert(access::Call& call, std::string_view position, const boost::json::value& body);

/// An archived entity, as the trash lists it.
struct Discarded {
    Id id;
    std::string kind;
    std::optional<std::string> code;
    std::string name;
    Timestamp archived_at;
    std::optional<Id> archived_by;
    std::int64_t revision = 1;
};
BOOST_DESCRIBE_STRUCT(Discarded, (), (id, kind, code, name, archived_at, archived_by, revision))

} // namespace bifrost::history
