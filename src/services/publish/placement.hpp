#pragma once
// What a published version is as files at a path, for whoever puts it there; and who is told that there is
// one.

#include <map>
#include <string>
#include <vector>

#include "database/database.hpp"

namespace bifrost::publish {

struct PlacementFile {
    std::string path;
    std::string sha256;
    std::int64_t size = 0;
    std::string key; ///< in the store
    std::string representation;
};
BOOST_DESCRIBE_STRUCT(PlacementFile, (), (path, sha256, size, key, representation))

/// Files by their folder below the root main, as the project's templates have them: one folder a version, or
/// one a representation. Empty when the templates keep published files elsewhere.
using Placement = std::map<std::string, std::vector<PlacementFile>>;

/// not_found when there is no such published version. Reads in the name of the program.
Result<Placement> get_placement(database::Tx& tx, const Id& version_id);

/// Follows the event log and queues a job "materialise" {version_id} for each version that was published,
/// once, from the beginning of the log when it was never followed. The number of events that were looked at;
/// 0 when there are no new ones.
Result<std::int64_t> queue_placements(database::Database& database, std::int64_t most = 500);

} // namespace bifrost::publish
