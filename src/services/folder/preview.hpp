#pragma once
// What a change of a template would do, before it is saved.

#include <boost/json/value.hpp>

#include "services/folder/resolve.hpp"

namespace bifrost::folder {

struct PathChange {
    Id entity_id;
    std::optional<Id> version_id;
    std::optional<std::string> from; ///< nothing: it had none
    std::optional<std::string> to;   ///< nothing: it would have none, and `error` says why
    std::optional<std::string> error;
};
BOOST_DESCRIBE_STRUCT(PathChange, (), (entity_id, version_id, from, to, error))

struct Preview {
    bool valid = true;                   ///< it may be saved
    std::vector<std::string> faults;     ///< of the template by itself
    std::vector<std::string> collisions; ///< with other templates
    std::int64_t changed = 0;            ///< paths of entities and published versions that would be others
    std::int64_t unchanged = 0;
    std::int64_t failed = 0;         ///< of the changed ones, those that would have no path
    std::vector<PathChange> changes; ///< the first of them, failed ones among them
};
BOOST_DESCRIBE_STRUCT(Preview, (), (valid, faults, collisions, changed, unchanged, failed, changes))

/// `body`: {data_type, entity_kind, pattern, root?, children?, limit?}. Nothing is saved. Needs project:read.
Result<Preview> preview_template(database::Tx& tx, const access::Actor& actor, std::string_view project,
                                 const boost::json::value& body);

struct TreeEntry {
    Id entity_id;
    std::string entity_kind; ///< episode, sequence, shot, asset, product
    std::string code;
    std::string label;
    std::optional<std::string> path; ///< nothing when it has none for this data type
};
BOOST_DESCRIBE_STRUCT(TreeEntry, (), (entity_id, entity_kind, code, label, path))

struct TreeRequest {
    std::optional<Id> entity_id; ///< nothing: the project
    std::string data_type = "published";
    std::string platform;
    std::string after; ///< the code that the page before ended with
    std::size_t limit = 100;
};
struct Tree {
    std::optional<std::string> path; ///< of the entity itself
    std::vector<TreeEntry> data;
    std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(Tree, (), (path, data, next_cursor))
/// What hangs directly below an entity, with its folders. not_found when it isn't there. Needs project:read.
Result<Tree> folder_tree(database::Tx& tx, const access::Actor& actor, std::string_view project,
                         const TreeRequest& request, const std::string& projects_root);

} // namespace bifrost::folder
