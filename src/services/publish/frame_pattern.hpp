#pragma once
// Sequences of files: "beauty.1001.exr", "beauty.1002.exr" … as one pattern, "beauty.%04d.exr", and their
// frames.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/frame_range.hpp"

namespace bifrost::publish {

struct FramedPath {
    std::string path;
    std::int64_t frame = 0;
};

/// The printf pattern of which every path is the frame, zero-padded to one width; nothing when there is none.
/// The number that counts is the last one in the file's name that is the frame.
std::optional<std::string> find_pattern(const std::vector<FramedPath>& files);
/// Sorted frames as text: "1001-1100", "1001-1099x2", with gaps "1001-1010,1012".
std::string frames_text(const std::vector<std::int64_t>& frames);
/// The range from the first to the last of sorted frames, with a step when they are regular; nothing without
/// frames.
std::optional<FrameRange> frame_range_of(const std::vector<std::int64_t>& frames);

} // namespace bifrost::publish
