#pragma once
// The breakdown: which assets play in which shots, both ways.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/actor.hpp"
#include "core/json_writer.hpp"
#include "database/database.hpp"

namespace bifrost::shot {

struct BreakdownShot {
    Id id;
    std::string code;
    Id sequence_id;
    std::string sequence_code;
    std::optional<std::string> episode_code;
    std::string name;
    std::string status;
};
BOOST_DESCRIBE_STRUCT(BreakdownShot, (), (id, code, sequence_id, sequence_code, episode_code, name, status))

struct BreakdownAsset {
    Id id;
    Id project_id;
    std::string code;
    std::string name;
    std::string type;
    std::string status;
};
BOOST_DESCRIBE_STRUCT(BreakdownAsset, (), (id, project_id, code, name, type, status))

/// Where an asset plays in a shot. Of several rows of one asset the occurrences are added.
struct BreakdownCell {
    std::int64_t shot = 0;  ///< index into shots
    std::int64_t asset = 0; ///< index into assets
    std::int64_t occurrences = 0;
    bool pinned = false;
    bool inherited = false; ///< from the sequence or the episode
};

struct Breakdown {
    std::vector<BreakdownShot> shots;   ///< as they stand in the film
    std::vector<BreakdownAsset> assets; ///< by type and code; all that play somewhere
    std::vector<BreakdownCell> cells;   ///< shot by shot
};

struct BreakdownFilter {
    std::optional<Id> sequence_id;
    std::optional<Id> episode_id;
};

/// What a sequence or an episode casts plays in each of its shots, unless the shot casts that asset itself.
/// Assets that the actor may not see are left out. invalid beyond 20,000 shots.
Result<Breakdown> get_breakdown(database::Tx& tx, const access::Actor& actor, std::string_view project,
                                const BreakdownFilter& filter);

/// A row that casts an asset.
struct Appearance {
    Id casting_id;
    std::string kind; ///< shot, sequence, episode
    Id id;
    Id project_id;
    std::string address;
    std::int64_t occurrences = 1;
    std::optional<std::string> label;
    json::Raw pins;
};
BOOST_DESCRIBE_STRUCT(Appearance, (), (casting_id, kind, id, project_id, address, occurrences, label, pins))

/// Where an asset is cast, in projects that the actor may see. not_found as the asset.
Result<std::vector<Appearance>> list_appearances(database::Tx& tx, const access::Actor& actor,
                                                 const Id& asset_id);

} // namespace bifrost::shot
