#pragma once
// Shots: what an edit is made of. Frames are inclusive integers, rates and speeds fractions.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "query/list.hpp"
#include "services/project/entity.hpp"

namespace bifrost::shot {

struct Shot : project::EntityFields {
    Id project_id;
    Id sequence_id;
    std::optional<Id> episode_id;
    std::string sequence_code;
    std::optional<std::string> episode_code;
    std::string code;
    std::string label;
    std::string name;
    std::string description;
    std::string status; ///< a state of its workflow; changes along transitions only
    std::optional<std::int64_t> cut_in;
    std::optional<std::int64_t> cut_out;
    std::optional<std::int64_t> head_in; ///< first frame that is made, at most cut_in
    std::optional<std::int64_t> tail_out;
    std::int64_t handles = 0;          ///< frames on each side, where head and tail don't say otherwise
    std::optional<std::string> fps;    ///< when it differs from the project's
    std::optional<std::string> retime; ///< speed as a fraction: "2" is twice as fast, "-1" runs backwards
    std::optional<std::string> thumbnail_url;
    std::int64_t order = 0;
};
BOOST_DESCRIBE_STRUCT(Shot, (project::EntityFields),
                      (project_id, sequence_id, episode_id, sequence_code, episode_code, code, label, name,
                       description, status, cut_in, cut_out, head_in, tail_out, handles, fps, retime,
                       thumbnail_url, order))

struct ShotFilter {
    std::optional<Id> sequence_id;
    std::optional<Id> episode_id;
    std::vector<std::string> statuses;
};

/// not_found when it isn't there or in a project that the actor may not see.
Result<Shot> get_shot(database::Tx& tx, const access::Actor& actor, const Id& id);
/// Sorted by episode, sequence, order, code, name, status, cut_in, created_at or updated_at; without a sort
/// as they stand in the film. `q`: words of its name and codes.
Result<query::Page<Shot>> list_shots(database::Tx& tx, const access::Actor& actor, std::string_view project,
                                     const query::ListRequest& request, const ShotFilter& filter);

/// `body`: {code, sequence_id, name?, description?, cut_in?, cut_out?, head_in?, tail_out?, handles?, fps?,
/// retime?, order?, metadata?}. cut_in and cut_out come together. Without head_in and tail_out the handles
/// say. conflict when the code is taken in the sequence. Needs shot:create. Adds "shot.created".
Result<Shot> create_shot(access::Call& call, std::string_view project, const boost::json::value& body);
/// JSON Merge Patch. A cut that moves takes head and tail along, unless the patch names them. Adds
/// "shot.updated".
Result<Shot> update_shot(access::Call& call, const Id& id, const boost::json::value& patch,
                         std::optional<std::int64_t> if_revision);
Result<Shot> archive_shot(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision);
Result<Shot> restore_shot(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision);
/// Removes an archived shot with its products and versions. Needs site:purge.
Result<> purge_shot(access::Call& call, const Id& id);

/// A fraction other than 0 ("1/2", "-1") in lowest terms; nothing for anything else.
std::optional<std::string> parse_speed(std::string_view text);

} // namespace bifrost::shot
