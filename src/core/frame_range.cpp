#include "core/frame_range.hpp"

#include <charconv>
#include <numeric>

namespace bifrost {
namespace {

bool read_integer(std::string_view& text, std::int64_t& value) {
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end.ec != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(end.ptr - text.data()));
    return true;
}

} // namespace

std::string FrameRange::text() const {
    std::string out = std::to_string(first);
    if (last != first) out += "-" + std::to_string(last);
    if (step != 1) out += "x" + std::to_string(step);
    return out;
}

std::optional<FrameRange> FrameRange::parse(std::string_view text) {
    FrameRange range;
    if (!read_integer(text, range.first)) return std::nullopt;
    range.last = range.first;
    if (!text.empty() && text.front() == '-') {
        text.remove_prefix(1);
        if (!read_integer(text, range.last)) return std::nullopt;
    }
    if (!text.empty() && text.front() == 'x') {
        text.remove_prefix(1);
        if (!read_integer(text, range.step)) return std::nullopt;
    }
    if (!text.empty() || range.last < range.first || range.step < 1) return std::nullopt;
    return range;
}

std::string FrameRate::text() const {
    std::string out = std::to_string(numerator);
    if (denominator != 1) out += "/" + std::to_string(denominator);
    return out;
}

std::optional<FrameRate> FrameRate::parse(std::string_view text) {
    FrameRate rate;
    if (!read_integer(text, rate.numerator)) return std::nullopt;
    if (!text.empty() && text.front() == '/') {
        text.remove_prefix(1);
        if (!read_integer(text, rate.denominator)) return std::nullopt;
    }
    constexpr std::int64_t kMost = 1'000'000'000;
    if (!text.empty() || rate.numerator < 1 || rate.denominator < 1 || rate.numerator > kMost ||
        rate.denominator > kMost)
        return std::nullopt;
    const std::int64_t divisor = std::gcd(rate.numerator, rate.denominator);
    rate.numerator /= divisor;
    rate.denominator /= divisor;
    return rate;
}

} // namespace bifrost
