#pragma once
// Sequences: they hang under their episode or under the project, and hold shots.

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "query/list.hpp"
#include "services/project/entity.hpp"

namespace bifrost::shot {

struct Sequence : project::EntityFields {
    Id project_id;
    std::optional<Id> episode_id;
    std::optional<std::string> episode_code;
    std::string code;
    std::string label;
    std::string name;
    std::string description;
    std::int64_t order = 0;
};
BOOST_DESCRIBE_STRUCT(Sequence, (project::EntityFields),
                      (project_id, episode_id, episode_code, code, label, name, description, order))

struct SequenceFilter {
    std::optional<Id> episode_id;
};

/// not_found when it isn't there or in a project that the actor may not see.
Result<Sequence> get_sequence(database::Tx& tx, const access::Actor& actor, const Id& id);
/// Sorted by episode, order, code, name, created_at or updated_at; `q`: words of its name and codes.
Result<query::Page<Sequence>> list_sequences(database::Tx& tx, const access::Actor& actor,
                                             std::string_view project, const query::ListRequest& request,
                                             const SequenceFilter& filter);
/// `body`: {code, name?, episode_id?, description?, order?, metadata?}; without an order it is the last.
/// conflict when the code is taken under its parent. Needs shot:create. Adds "sequence.created".
Result<Sequence> create_sequence(access::Call& call, std::string_view project,
                                 const boost::json::value& body);
/// JSON Merge Patch; `episode_id` moves it, null to under the project. Adds "sequence.updated".
Result<Sequence> update_sequence(access::Call& call, const Id& id, const boost::json::value& patch,
                                 std::optional<std::int64_t> if_revision);
Result<Sequence> archive_sequence(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision);
Result<Sequence> restore_sequence(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision);
/// Removes an archived sequence with its shots. Needs site:purge.
Result<> purge_sequence(access::Call& call, const Id& id);

} // namespace bifrost::shot
