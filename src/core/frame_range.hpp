#pragma once
// Frame ranges are inclusive integers everywhere: {first, last, step}; as text "1001-1100x2".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/describe.hpp>

namespace bifrost {

struct FrameRange {
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::int64_t step = 1; ///< at least 1

    [[nodiscard]] std::int64_t count() const { return (last - first) / step + 1; }
    [[nodiscard]] bool contains(std::int64_t frame) const {
        return frame >= first && frame <= last && (frame - first) % step == 0;
    }
    /// "1001-1100x2", "1001-1100" when the step is 1, "1001" for one frame.
    [[nodiscard]] std::string text() const;
    /// Reads what text() writes; nothing when last < first or step < 1.
    static std::optional<FrameRange> parse(std::string_view text);

    bool operator==(const FrameRange&) const = default;
};
BOOST_DESCRIBE_STRUCT(FrameRange, (), (first, last, step))

/// A frame rate as a fraction in lowest terms; 23.976 is 24000/1001, never a float.
struct FrameRate {
    std::int64_t numerator = 24;
    std::int64_t denominator = 1;

    /// "24" or "24000/1001"
    [[nodiscard]] std::string text() const;
    /// Reads "24", "24000/1001"; decimals are refused because they are not a rate.
    static std::optional<FrameRate> parse(std::string_view text);

    bool operator==(const FrameRate&) const = default;
};

} // namespace bifrost
