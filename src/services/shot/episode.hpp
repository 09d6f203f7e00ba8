#pragma once
// Episodes: the parts of a series, each with its sequences.

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "query/list.hpp"
#include "services/project/entity.hpp"

namespace bifrost::shot {

struct Episode : project::EntityFields {
    Id project_id;
    std::string code;
    std::string label;
    std::string name;
    std::string description;
    std::int64_t order = 0;
};
BOOST_DESCRIBE_STRUCT(Episode, (project::EntityFields), (project_id, code, label, name, description, order))

/// not_found when it isn't there or in a project that the actor may not see.
Result<Episode> get_episode(database::Tx& tx, const access::Actor& actor, const Id& id);
/// Sorted by order, code, name, created_at or updated_at; `q`: words of its name and code.
Result<query::Page<Episode>> list_episodes(database::Tx& tx, const access::Actor& actor,
                                           std::string_view project, const query::ListRequest& request);
/// `body`: {code, name?, description?, order?, metadata?}; without an order it is the last. conflict when the
/// code is taken. Needs shot:create. Adds "episode.created".
Result<Episode> create_episode(access::Call& call, std::string_view project, const boost::json::value& body);
/// JSON Merge Patch; one that changes nothing leaves the revision alone. Adds "episode.updated".
Result<Episode> update_episode(access::Call& call, const Id& id, const boost::json::value& patch,
                               std::optional<std::int64_t> if_revision);
Result<Episode> archive_episode(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision);
Result<Episode> restore_episode(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision);
/// Removes an archived episode with all below it. Needs site:purge.
Result<> purge_episode(access::Call& call, const Id& id);

} // namespace bifrost::shot
