#pragma once
// An edit, whatever file it came from: clips on tracks, in frames of the edit's rate.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/frame_range.hpp"
#include "core/json_writer.hpp"
#include "core/result.hpp"

namespace bifrost::editorial {

/// Ranges are half open: source_out and record_out are the first frames behind. Both have the same length;
/// with a speed other than 1 the media runs faster or slower below.
struct EditClip {
    std::string name;
    std::string reel;
    std::string media; ///< the address of its media, as the file has it; may be empty
    std::string track = "V1";
    std::int64_t source_in = 0;
    std::int64_t source_out = 0;
    std::int64_t record_in = 0;
    std::int64_t record_out = 0;
    std::string speed = "1"; ///< a fraction; 0 holds a frame
    /// Frames of a dissolve or wipe with the clip before that lie behind the cut, and of one with the clip
    /// behind that lie before it: together its length. In an EDL all of them lie behind.
    std::int64_t transition_in = 0;
    std::int64_t transition_out = 0;
    std::size_t line = 0; ///< in an EDL
};

struct Edit {
    std::string name;
    FrameRate rate;
    std::int64_t start_frame = 0; ///< of the record
    bool drop_frame = false;
    std::vector<EditClip> clips; ///< track by track, each in order
};

/// CMX 3600. An EDL doesn't say its rate. Audio is left out. invalid with every broken line ("/line/12") and
/// overlapping events.
Result<Edit> read_edl(std::string_view text, const FrameRate& rate);
/// The clips of the first track. Reels are shortened to eight characters where they have to be; the names
/// follow in comments.
std::string write_edl(const Edit& edit);

/// OpenTimelineIO's JSON: Timeline.1 with video tracks. `rate` (0/1: none) goes before the file's own.
/// malformed when it is no JSON, invalid ("/tracks/children/0/…") for a schema that it doesn't know or what
/// can't be a range.
Result<Edit> read_otio(std::string_view text, const FrameRate* rate);
std::string write_otio(const Edit& edit);

/// Clips of one track that overlap, as bad fields; both readers check it.
std::vector<FieldError> check_overlaps(const Edit& edit);

} // namespace bifrost::editorial
