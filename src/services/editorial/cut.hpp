#pragma once
// Cuts: edits as they came, each kept; the one that counts is marked current.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/call.hpp"
#include "core/json_writer.hpp"
#include "services/editorial/edit.hpp"
#include "services/editorial/plan.hpp"

namespace bifrost::editorial {

struct Cut {
    Id id;
    Id project_id;
    Id owner_id; ///< a project, an episode or a sequence: what the edit is of
    std::string owner_kind;
    std::int64_t number = 1; ///< among the cuts of its owner
    std::string name;
    std::string rate;
    std::int64_t start_frame = 0;
    bool drop_frame = false;
    std::string format; ///< otio, edl
    std::string source_name;
    bool is_current = false;
    Timestamp created_at;
    std::optional<Id> created_by;
};
BOOST_DESCRIBE_STRUCT(Cut, (),
                      (id, project_id, owner_id, owner_kind, number, name, rate, start_frame, drop_frame,
                       format, source_name, is_current, created_at, created_by))

/// Ranges are half open, in frames of the cut's rate.
struct CutItem {
    Id id;
    std::optional<Id> shot_id; ///< nothing for a clip that is no shot
    std::optional<std::string> shot_code;
    std::string track;
    std::int64_t source_in = 0;
    std::int64_t source_out = 0;
    std::int64_t record_in = 0;
    std::int64_t record_out = 0;
    std::string reel;
    std::string clip_name;
    std::string media_reference;
    std::string speed;
    std::int64_t transition_in = 0;
    std::int64_t transition_out = 0;
};
BOOST_DESCRIBE_STRUCT(CutItem, (),
                      (id, shot_id, shot_code, track, source_in, source_out, record_in, record_out, reel,
                       clip_name, media_reference, speed, transition_in, transition_out))

/// The newest first.
Result<std::vector<Cut>> list_cuts(database::Tx& tx, const access::Actor& actor, std::string_view project);
/// not_found when it isn't there or in a project that the actor may not see.
Result<Cut> get_cut(database::Tx& tx, const access::Actor& actor, const Id& id);
/// Track by track, each in order.
Result<std::vector<CutItem>> list_cut_items(database::Tx& tx, const access::Actor& actor, const Id& id);
/// The cut as an edit, to be written to a file.
Result<Edit> edit_of_cut(database::Tx& tx, const access::Actor& actor, const Id& id);
/// A sequence as an edit: its shots one behind the other, omitted and archived ones left out, from
/// `start_frame` on. Shots without a cut are left out too.
Result<Edit> edit_of_sequence(database::Tx& tx, const access::Actor& actor, const Id& sequence_id,
                              std::int64_t start_frame);

/// Stores an edit as the current cut of its owner; `shots` by clip. What was current is so no more, also for
/// the same shots in cuts of other owners.
Result<Cut> store_cut(access::Call& call, const Id& project_id, const Id& owner_id, const Edit& edit,
                      std::string_view format, std::string_view source_name,
                      const std::vector<std::optional<shot::Shot>>& shots);

} // namespace bifrost::editorial
