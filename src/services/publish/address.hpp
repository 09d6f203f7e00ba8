#pragma once
// Addresses: `[project:]code(/code)*[@version]`, walked from the left. Codes are unique among the children of
// one parent, so there is one way only. An id works everywhere, alone or in place of what stands before the
// first '/'.

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "access/actor.hpp"
#include "database/database.hpp"

namespace bifrost::publish {

/// What an address names.
struct Location {
    std::string address; ///< whole and folded
    std::string kind;    ///< project, asset, episode, sequence, shot, product, version
    Id id;
    Id project_id;
    std::optional<Id> asset_id;
    std::optional<Id> episode_id;
    std::optional<Id> sequence_id;
    std::optional<Id> shot_id;
    std::optional<Id> product_id;
    std::optional<Id> version_id;
};
BOOST_DESCRIBE_STRUCT(Location, (),
                      (address, kind, id, project_id, asset_id, episode_id, sequence_id, shot_id, product_id,
                       version_id))

/// `version` is a number (also as v012), `latest` or `approved`. invalid ("/address") when the address is
/// malformed or has no project and `context_project` (id or code, may be empty) gives none; not_found, naming
/// the part, when it leads nowhere that the actor may see.
Result<Location> resolve_address(database::Tx& tx, const access::Actor& actor, std::string_view address,
                                 std::string_view context_project = {});

/// The whole address of each entity that is there. Drafts without a number end in "@draft".
Result<std::unordered_map<Id, std::string>> addresses_of(database::Tx& tx, const std::vector<Id>& ids);
/// The same, only of those that the actor may see.
Result<std::unordered_map<Id, std::string>> visible_addresses_of(database::Tx& tx, const access::Actor& actor,
                                                                 const std::vector<Id>& ids);

} // namespace bifrost::publish
