#pragma once
// What an edit means for the shots of a project, found out before anything is changed.

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/editorial/edit.hpp"
#include "services/editorial/naming.hpp"
#include "services/shot/shot.hpp"

namespace bifrost::editorial {

/// A shot in a plan. `changes` is {field: {from, to}}.
struct PlanEntry {
    std::optional<std::string> episode;
    std::string sequence;
    std::string shot;
    std::optional<Id> shot_id; ///< nothing for a new one
    json::Raw changes;
};
BOOST_DESCRIBE_STRUCT(PlanEntry, (), (episode, sequence, shot, shot_id, changes))

/// A clip that the naming rule doesn't fit.
struct UnmatchedClip {
    std::string clip;
    std::string track;
    std::int64_t record_in = 0;
};
BOOST_DESCRIBE_STRUCT(UnmatchedClip, (), (clip, track, record_in))

/// A clip of the edit where it stands, with what becomes of its shot: what a timeline shows.
struct PlanClip {
    std::string clip;
    std::string track;
    std::int64_t record_in = 0;
    std::int64_t record_out = 0;
    std::optional<std::string> sequence; ///< nothing when the naming rule doesn't fit
    std::optional<std::string> shot;
    std::vector<std::string> changes; ///< new, restored, renamed, trimmed, moved, retimed
};
BOOST_DESCRIBE_STRUCT(PlanClip, (), (clip, track, record_in, record_out, sequence, shot, changes))

/// A shot stands in as many lists as apply to it.
struct Plan {
    std::vector<PlanEntry> added; ///< `new` in JSON
    std::vector<PlanEntry> omitted;
    std::vector<PlanEntry> restored;
    std::vector<PlanEntry> trimmed;
    std::vector<PlanEntry> moved;
    std::vector<PlanEntry> renamed;
    std::vector<PlanEntry> retimed;
    std::int64_t unchanged = 0;
    std::vector<UnmatchedClip> unmatched;
    std::vector<PlanClip> clips; ///< track by track, each in order

    [[nodiscard]] bool changes_nothing() const {
        return added.empty() && omitted.empty() && restored.empty() && trimmed.empty() && moved.empty() &&
               renamed.empty() && retimed.empty();
    }
};

/// A clip and the shot that it means. `code`: what the shot is to be called, when that is not its name now.
struct NamedClip {
    EditClip clip;
    std::optional<ShotName> name;
    std::optional<std::string> code;
};

struct PlanOptions {
    std::int64_t first_frame = 1001; ///< the first frame of new shots, before their handles
    std::int64_t handles = 0;        ///< of new shots
};

/// What becomes of one shot.
struct ShotStep {
    ShotName name;
    std::optional<shot::Shot> before; ///< nothing for a new one
    shot::Shot after;
    bool omits = false;
    bool restores = false;
    std::vector<std::size_t> clips; ///< indexes
};

struct PlannedEdit {
    Plan plan;
    std::vector<ShotStep> steps;      ///< those of the edit in its order, then those that are omitted
    std::set<ShotName> new_sequences; ///< with an empty shot
    std::vector<std::size_t> step_of; ///< by clip; npos where there is none
    std::optional<Id> owner_id; ///< the sequence or episode that it is all of; nothing: the project, or new
};

/// `lock`: locks the shots that it reads, for who carries the plan out. A shot may stand twice: its cut is
/// then what all of its clips show. Only sequences that the edit touches lose shots: those that a cut had, or
/// that have frames.
Result<PlannedEdit> plan_edit(database::Tx& tx, const Id& project_id, const std::vector<NamedClip>& clips,
                              const PlanOptions& options, bool lock);

} // namespace bifrost::editorial
