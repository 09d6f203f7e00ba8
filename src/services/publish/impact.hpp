#pragma once
// Impact: what uses a version, a product or an asset, through every level.

#include <optional>
#include <string>
#include <vector>

#include "access/actor.hpp"
#include "database/database.hpp"

namespace bifrost::publish {

struct Impacted {
    std::string kind; ///< version, asset (an assembly), shot, sequence, episode
    Id id;
    Id project_id;
    std::optional<std::string> code; ///< nothing for a version
    std::optional<std::string> name;
    std::string address;
    std::int64_t depth = 1; ///< 1: uses it directly
    std::string via;        ///< dependency, component, casting
};
BOOST_DESCRIBE_STRUCT(Impacted, (), (kind, id, project_id, code, name, address, depth, via))

struct Impact {
    std::vector<Impacted> data; ///< nearest first
    bool truncated = false;
};
BOOST_DESCRIBE_STRUCT(Impact, (), (data, truncated))

struct ImpactLimits {
    std::size_t most = 1'000; ///< rows
    std::int64_t depth = 64;  ///< levels
};

/// A floating dependency uses every version of its product; an assembly uses every version of its components.
/// Only what the actor may see is listed, but the way may lead through what they may not. not_found for what
/// they may not see.
Result<Impact> version_impact(database::Tx& tx, const access::Actor& actor, const Id& id,
                              const ImpactLimits& limits);
Result<Impact> product_impact(database::Tx& tx, const access::Actor& actor, const Id& id,
                              const ImpactLimits& limits);
Result<Impact> asset_impact(database::Tx& tx, const access::Actor& actor, const Id& id,
                            const ImpactLimits& limits);

} // namespace bifrost::publish
