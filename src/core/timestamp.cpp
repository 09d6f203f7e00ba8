#include "core/timestamp.hpp"

#include <algorithm>
#include <chrono>

namespace bifrost {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

/// Reads exactly `count` digits at `at`; moves `at` behind them. -1 when there are none.
int digits(std::string_view text, std::size_t& at, std::size_t count) {
    if (at + count > text.size()) return -1;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const char c = text[at + i];
        if (c < '0' || c > '9') return -1;
        value = value * 10 + (c - '0');
    }
    at += count;
    return value;
}

bool take(std::string_view text, std::size_t& at, char wanted) {
    if (at >= text.size() || text[at] != wanted) return false;
    ++at;
    return true;
}

std::optional<std::int64_t> parse_offset_minutes(std::string_view text, std::size_t& at) {
    if (take(text, at, 'Z') || take(text, at, 'z')) return 0;
    if (at >= text.size() || (text[at] != '+' && text[at] != '-')) return std::nullopt;
    const int sign = text[at++] == '-' ? -1 : 1;
    const int hours = digits(text, at, 2);
    if (hours < 0 || hours > 23 || !take(text, at, ':')) return std::nullopt;
    const int minutes = digits(text, at, 2);
    if (minutes < 0 || minutes > 59) return std::nullopt;
    return sign * (hours * 60 + minutes);
}

} // namespace

Timestamp Timestamp::now() {
    return {std::chrono::duration_cast<std::chrono::microseconds>(
                std::chrono::system_clock::now().time_since_epoch())
                .count()};
}

std::optional<Timestamp> Timestamp::parse(std::string_view text) {
    std::size_t at = 0;
    const int year = digits(text, at, 4);
    if (year < 0 || !take(text, at, '-')) return std::nullopt;
    const int month = digits(text, at, 2);
    if (month < 0 || !take(text, at, '-')) return std::nullopt;
    const int day = digits(text, at, 2);
    if (day < 0 || !(take(text, at, 'T') || take(text, at, 't') || take(text, at, ' '))) return std::nullopt;
    const int hour = digits(text, at, 2);
    if (hour < 0 || hour > 23 || !take(text, at, ':')) return std::nullopt;
    const int minute = digits(text, at, 2);
    if (minute < 0 || minute > 59 || !take(text, at, ':')) return std::nullopt;
    const int second = digits(text, at, 2);
    if (second < 0 || second > 60) return std::nullopt;
    std::int64_t micros = 0;
    if (take(text, at, '.')) {
        std::int64_t scale = 100'000;
        std::size_t count = 0;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9' && count < 9; ++at, ++count) {
            micros += (text[at] - '0') * scale;
            scale /= 10;
        }
        if (count == 0) return std::nullopt;
    }
    const auto offset = parse_offset_minutes(text, at);
    if (!offset || at != text.size()) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok()) return std::nullopt;
    const std::int64_t day_count = sys_days{date}.time_since_epoch().count();
    const std::int64_t seconds = day_count * 86'400 + hour * 3'600 + minute * 60 + second - *offset * 60;
    return Timestamp{seconds * 1'000'000 + micros};
}

std::string Timestamp::text() const {
    std::int64_t seconds = micros / 1'000'000;
    std::int64_t rest = micros % 1'000'000;
    if (rest < 0) {
        rest += 1'000'000;
        --seconds;
    }
    std::int64_t day_count = seconds / 86'400;
    std::int64_t of_day = seconds % 86'400;
    if (of_day < 0) {
        of_day += 86'400;
        --day_count;
    }
    const std::chrono::year_month_day date{sys_days{days{day_count}}};
    // By hand: answers are full of times, and formatting them was a tenth of a list's cost.
    char out[] = "0000-00-00T00:00:00.000000Z";
    const auto put = [&out](std::size_t at, std::size_t digits, std::int64_t value) {
        for (; digits > 0; --digits, value /= 10) out[at + digits - 1] = static_cast<char>('0' + value % 10);
    };
    put(0, 4, std::max(0, static_cast<int>(date.year())));
    put(5, 2, static_cast<unsigned>(date.month()));
    put(8, 2, static_cast<unsigned>(date.day()));
    put(11, 2, of_day / 3600);
    put(14, 2, of_day / 60 % 60);
    put(17, 2, of_day % 60);
    put(20, 6, rest);
    return {out, sizeof out - 1};
}

} // namespace bifrost
