#pragma once
// A shot's lock: exactly which versions it stands on, until someone moves it on.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "access/user_ref.hpp"
#include "services/publish/resolve.hpp"

namespace bifrost::shot {

/// One product of one occurrence.
struct LockEntry {
    std::string path; ///< "hero/head": names of the casting and of components; empty for the shot itself
    std::string product;
    std::string address; ///< "bar:char_hero/rig@3"
    Id version_id;
    std::int64_t number = 0;
};
BOOST_DESCRIBE_STRUCT(LockEntry, (), (path, product, address, version_id, number))

struct Lock {
    Id shot_id;
    std::string policy;
    bool stored = false;       ///< false: nothing was locked yet, this is what it would be now
    std::int64_t revision = 0; ///< 0 while nothing is stored
    std::optional<Timestamp> locked_at;
    std::optional<Id> locked_by;
    std::vector<LockEntry> data; ///< by path and product
};
BOOST_DESCRIBE_STRUCT(Lock, (), (shot_id, policy, stored, revision, locked_at, locked_by, data))

/// The lock that is stored, else what it would be by the project's policy. not_found as the shot.
Result<Lock> get_lock(database::Tx& tx, const access::Actor& actor, const Id& shot_id);
/// The versions of the stored lock, by publish::lock_key.
Result<std::map<std::string, Id>> locked_versions(database::Tx& tx, const Id& shot_id);

struct LockChange {
    std::string path;
    std::string product;
    std::string change; ///< added, removed, updated
    std::optional<LockEntry> from;
    std::optional<LockEntry> to;
    std::optional<std::string> status; ///< of the new version
    std::optional<std::string> comment;
    std::optional<access::UserRef> author;
    std::optional<access::UserRef> approved_by; ///< who moved it to the state it is in, when that means done
    std::optional<Timestamp> approved_at;
};
BOOST_DESCRIBE_STRUCT(LockChange, (),
                      (path, product, change, from, to, status, comment, author, approved_by, approved_at))

struct LockUpdate {
    std::vector<LockChange> data;
    std::int64_t unchanged = 0;
    bool applied = false;
    std::int64_t revision = 0;
};
BOOST_DESCRIBE_STRUCT(LockUpdate, (), (data, unchanged, applied, revision))

/// What moving on would change; `policy` as in resolve_shot.
Result<LockUpdate> plan_update(database::Tx& tx, const access::Actor& actor, const Id& shot_id,
                               std::string_view policy);
/// `body`: {policy?, dry_run?}: locks the shot to what it resolves to now. Needs shot:update. Adds
/// "shot.locked" with what changed.
Result<LockUpdate> update_lock(access::Call& call, const Id& shot_id, const boost::json::value& body);

} // namespace bifrost::shot
