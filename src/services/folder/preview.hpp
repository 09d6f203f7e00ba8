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
    /// What paths would be: first a made-up one with every token, then those of the first entities and
    /// versions.
    std::vector<std::string> examples;
};
BOOST_DESCRIBE_STRUCT(Preview, (), (valid, faults, collisions, changed, unchanged, failed, changes, examples))

/// `body`: {data_type, entity_kind, pattern, root?, children?, limit?}. Nothing is saved. Needs project:read.
Result<Preview> preview_template(database::Tx& tx, const access::Actor& actor, std::string_view project,
                                 const boost::json::value& body);

} // namespace bifrost::folder
