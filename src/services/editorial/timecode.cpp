#include "services/editorial/timecode.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace bifrost::editorial {
namespace {

/// Numbers skipped at the start of each minute but every tenth.
std::int64_t dropped(const FrameRate& rate) { return nominal_rate(rate) / 30 * 2; }

std::optional<std::int64_t> two_digits(std::string_view text) {
    std::int64_t value = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.size() != 2 || end.ec != std::errc{} || end.ptr != text.data() + 2 || value < 0)
        return std::nullopt;
    return value;
}

void append_two(std::string& out, std::int64_t value) {
    if (value < 10) out += '0';
    out += std::to_string(value);
}

} // namespace

std::int64_t nominal_rate(const FrameRate& rate) {
    return (rate.numerator + rate.denominator / 2) / rate.denominator;
}

bool can_drop(const FrameRate& rate) {
    return rate.denominator == 1001 && (rate.numerator == 30'000 || rate.numerator == 60'000);
}

std::optional<std::int64_t> parse_timecode(std::string_view text, const FrameRate& rate, bool drop_frame) {
    if (text.size() != 11 || text[2] != ':' || text[5] != ':') return std::nullopt;
    const char last = text[8];
    if (last != ':' && last != ';' && last != ',' && last != '.') return std::nullopt;
    const auto hours = two_digits(text.substr(0, 2));
    const auto minutes = two_digits(text.substr(3, 2));
    const auto seconds = two_digits(text.substr(6, 2));
    const auto frames = two_digits(text.substr(9, 2));
    const std::int64_t nominal = nominal_rate(rate);
    if (!hours || !minutes || !seconds || !frames || *hours > 23 || *minutes > 59 || *seconds > 59 ||
        *frames >= nominal)
        return std::nullopt;
    const std::int64_t all_minutes = *hours * 60 + *minutes;
    const std::int64_t counted = (all_minutes * 60 + *seconds) * nominal + *frames;
    if (!drop_frame) return counted;
    if (!can_drop(rate)) return std::nullopt;
    if (*seconds == 0 && *frames < dropped(rate) && *minutes % 10 != 0) return std::nullopt;
    return counted - dropped(rate) * (all_minutes - all_minutes / 10);
}

std::string format_timecode(std::int64_t frame, const FrameRate& rate, bool drop_frame) {
    const std::int64_t nominal = nominal_rate(rate);
    const bool drops = drop_frame && can_drop(rate);
    const std::int64_t skipped = drops ? dropped(rate) : 0;
    const std::int64_t in_minute = nominal * 60 - skipped;
    const std::int64_t in_ten = nominal * 600 - skipped * 9;
    const std::int64_t in_day = in_ten * 6 * 24;
    frame = (frame % in_day + in_day) % in_day;
    if (drops) {
        const std::int64_t tens = frame / in_ten;
        const std::int64_t rest = frame % in_ten;
        frame += skipped * 9 * tens;
        // The first minute of ten has all of its numbers.
        if (rest >= nominal * 60) frame += skipped * ((rest - nominal * 60) / in_minute + 1);
    }
    std::string out;
    append_two(out, frame / (nominal * 3600));
    out += ':';
    append_two(out, frame / (nominal * 60) % 60);
    out += ':';
    append_two(out, frame / nominal % 60);
    out += drops ? ';' : ':';
    append_two(out, frame % nominal);
    return out;
}

std::optional<FrameRate> rate_of(double decimal) {
    if (!std::isfinite(decimal) || decimal < 0.5 || decimal > 1000) return std::nullopt;
    const double whole = std::round(decimal);
    if (std::abs(decimal - whole) < 1e-6) return FrameRate{static_cast<std::int64_t>(whole), 1};
    // 23.98 and 23.976 are both 24000/1001.
    const double up = std::ceil(decimal);
    if (std::abs(decimal - up * 1000 / 1001) < 0.006)
        return FrameRate{static_cast<std::int64_t>(up) * 1000, 1001};
    if (std::abs(decimal * 2 - std::round(decimal * 2)) < 1e-6)
        return FrameRate{static_cast<std::int64_t>(std::round(decimal * 2)), 2};
    return std::nullopt;
}

double decimal_of(const FrameRate& rate) {
    return static_cast<double>(rate.numerator) / static_cast<double>(rate.denominator);
}

} // namespace bifrost::editorial
