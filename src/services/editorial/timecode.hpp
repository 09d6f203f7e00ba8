#pragma once
// Timecode (SMPTE ST 12-1): frames by hours, minutes, seconds; drop-frame counting skips numbers, never
// frames.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/frame_range.hpp"

namespace bifrost::editorial {

/// Frames that a second of timecode counts: 24 for 24000/1001, 30 for 30000/1001.
std::int64_t nominal_rate(const FrameRate& rate);
/// True for rates that have drop-frame counting: 30000/1001 and 60000/1001.
bool can_drop(const FrameRate& rate);

/// "01:00:00:00", with ';' or ',' before the frames for drop-frame. Nothing when it is malformed, a part is
/// out of its range, or it is a number that drop-frame counting skips.
std::optional<std::int64_t> parse_timecode(std::string_view text, const FrameRate& rate, bool drop_frame);
/// With ';' before the frames when `drop_frame`. Negative frames count from 24 hours back.
std::string format_timecode(std::int64_t frame, const FrameRate& rate, bool drop_frame);

/// The rate as a fraction that a decimal such as 23.976, 23.98 or 24.0 stands for; nothing for what isn't
/// near a whole rate or one over 1.001.
std::optional<FrameRate> rate_of(double decimal);
/// The decimal that other programs write: 23.976023976023978.
double decimal_of(const FrameRate& rate);

} // namespace bifrost::editorial
