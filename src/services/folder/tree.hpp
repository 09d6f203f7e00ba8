#pragma once
// The production as a tree of folders, with what the last scan found in each.

#include <map>

#include "services/folder/resolve.hpp"

namespace bifrost::folder {

/// How many findings of each state; none that are 0.
using Drift = std::map<std::string, std::int64_t>;

struct TreeEntry {
    Id entity_id;
    std::string entity_kind; ///< episode, sequence, shot, asset, product
    std::string code;
    std::string label;
    std::optional<std::string> path; ///< nothing when it has none for this data type
    Drift drift;                     ///< in all its folders, and those of what hangs below it
};
BOOST_DESCRIBE_STRUCT(TreeEntry, (), (entity_id, entity_kind, code, label, path, drift))

struct TreeRequest {
    std::optional<Id> entity_id; ///< nothing: the project
    std::string data_type = "published";
    std::string platform;
    std::string after; ///< the code that the page before ended with
    std::size_t limit = 100;
};
struct TreeScan {
    Id id;
    Timestamp finished_at;
};
BOOST_DESCRIBE_STRUCT(TreeScan, (), (id, finished_at))
struct Tree {
    std::optional<std::string> path; ///< of the entity itself
    Drift drift;
    std::optional<TreeScan> scan; ///< the last that ended, where the drift is from
    std::vector<TreeEntry> data;
    std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(Tree, (), (path, drift, scan, data, next_cursor))
/// What hangs directly below an entity, with its folders. not_found when it isn't there. Needs project:read.
Result<Tree> folder_tree(database::Tx& tx, const access::Actor& actor, std::string_view project,
                         const TreeRequest& request, const std::string& projects_root);

} // namespace bifrost::folder
