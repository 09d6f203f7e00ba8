#pragma once
// Who somebody is, for answers about something else.

#include <set>
#include <unordered_map>

#include "access/actor.hpp"
#include "database/database.hpp"

namespace bifrost::access {

struct UserRef {
    Id id;
    std::string code;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(UserRef, (), (id, code, name))

/// Those of the ids that are users, active or not.
Result<std::unordered_map<Id, UserRef>> find_user_refs(database::Tx& tx, const std::set<Id>& ids);

} // namespace bifrost::access
