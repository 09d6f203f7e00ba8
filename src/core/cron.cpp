#include "core/cron.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <span>
#include <vector>

#include "core/text.hpp"

namespace bifrost {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr int kMostDays = 5 * 366;

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto end = text.find(at);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

/// A field: its bounds, and the names that its numbers have.
struct Field {
    int least = 0;
    int most = 0;
    std::span<const std::string_view> names{};
    int first_name = 0;

    [[nodiscard]] std::optional<int> value(std::string_view text) const {
        for (std::size_t i = 0; i < names.size(); ++i)
            if (names[i] == text) return first_name + static_cast<int>(i);
        int number = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
        if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size())
            return std::nullopt;
        if (number < least || number > most) return std::nullopt;
        return number;
    }
};

template <std::size_t N>
bool read_item(std::string_view item, const Field& field, std::bitset<N>& out) {
    const auto slash = item.find('/');
    int step = 1;
    if (slash != std::string_view::npos) {
        const auto value = Field{1, field.most == 0 ? 1 : field.most}.value(item.substr(slash + 1));
        if (!value) return false;
        step = *value;
        item = item.substr(0, slash);
    }
    int from = field.least;
    int to = field.most;
    if (item != "*") {
        const auto dash = item.find('-');
        const auto first = field.value(item.substr(0, dash));
        if (!first) return false;
        from = *first;
        to = slash == std::string_view::npos ? from : field.most;
        if (dash != std::string_view::npos) {
            const auto last = field.value(item.substr(dash + 1));
            if (!last || *last < from) return false;
            to = *last;
        }
    }
    // Sunday is 0 and 7.
    for (int at = from; at <= to; at += step) out.set(static_cast<std::size_t>(at) % N);
    return true;
}

template <std::size_t N>
bool read_field(std::string_view text, const Field& field, std::bitset<N>& out) {
    for (const auto item : split(text, ','))
        if (!read_item(item, field, out)) return false;
    return true;
}

} // namespace

Result<Cron> Cron::parse(std::string_view text) {
    const Error error{Errc::invalid, "must be five fields (minute hour day month weekday), such as "
                                     "0 9 * * mon-fri"};
    if (text.size() > 200) return error;
    const std::string folded = fold_case(text);
    std::vector<std::string_view> fields;
    for (const auto part : split(folded, ' '))
        if (!part.empty()) fields.push_back(part);
    if (fields.size() != 5) return error;
    Cron cron;
    const bool sound = read_field(fields[0], {0, 59}, cron.minutes_) &&
                       read_field(fields[1], {0, 23}, cron.hours_) &&
                       read_field(fields[2], {1, 31}, cron.days_) &&
                       read_field(fields[3], {1, 12, kMonths, 1}, cron.months_) &&
                       read_field(fields[4], {0, 7, kWeekdays, 0}, cron.weekdays_);
    if (!sound) return error;
    cron.any_day_ = fields[2].starts_with('*');
    cron.any_weekday_ = fields[4].starts_with('*');
    return cron;
}

std::optional<Timestamp> Cron::next(Timestamp after, const TimeZone& zone) const {
    using namespace std::chrono;
    const std::int64_t local = after.micros / 1'000'000 + zone.offset_at(after);
    // A day earlier: an hour that comes twice may lie behind.
    const sys_days begin = floor<days>(sys_seconds(seconds(local))) - days(1);
    for (int i = 0; i < kMostDays; ++i) {
        const sys_days day = begin + days(i);
        const year_month_day date(day);
        if (!months_.test(static_cast<unsigned>(date.month()))) continue;
        const bool is_day = days_.test(static_cast<unsigned>(date.day()));
        const bool is_weekday = weekdays_.test(weekday(day).c_encoding());
        if (!(any_day_ || any_weekday_ ? is_day && is_weekday : is_day || is_weekday)) continue;
        const std::int64_t midnight = duration_cast<seconds>(day.time_since_epoch()).count();
        for (int minute = 0; minute < 24 * 60; ++minute) {
            if (!hours_.test(static_cast<std::size_t>(minute / 60)) ||
                !minutes_.test(static_cast<std::size_t>(minute % 60)))
                continue;
            const Timestamp at = zone.to_utc(midnight + minute * 60);
            if (at > after) return at;
        }
    }
    return std::nullopt;
}

} // namespace bifrost
