#include "core/time_zone.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace bifrost {
namespace {

constexpr const char* kFolder = "/usr/share/zoneinfo/";
constexpr std::size_t kHead = 44;
constexpr std::size_t kMostBytes = 1 << 20;

bool is_name(std::string_view name) {
    if (name.empty() || name.size() > 64 || name.front() == '/' || name.find("..") != std::string_view::npos)
        return false;
    return std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-' || c == '+' || c == '/';
    });
}

/// A big-endian number of `size` bytes.
std::int64_t number(const std::string& bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
    if (size == 4) return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
    return static_cast<std::int64_t>(value);
}

struct Counts {
    std::size_t utc = 0, standard = 0, leaps = 0, times = 0, types = 0, characters = 0;

    [[nodiscard]] std::size_t bytes(std::size_t time_size) const {
        return times * time_size + times + types * 6 + characters + leaps * (time_size + 4) + standard + utc;
    }
};

bool read_head(const std::string& bytes, std::size_t at, Counts& counts) {
    if (bytes.size() < at + kHead || bytes.compare(at, 4, "TZif") != 0) return false;
    std::size_t* const members[] = {&counts.utc,   &counts.standard, &counts.leaps,
                                    &counts.times, &counts.types,    &counts.characters};
    for (std::size_t i = 0; i < 6; ++i) {
        const auto value = number(bytes, at + 20 + i * 4, 4);
        if (value < 0 || value > 100'000) return false;
        *members[i] = static_cast<std::size_t>(value);
    }
    return counts.types > 0;
}

/// What stands at the front of a TZ text of POSIX.
class Words {
  public:
    explicit Words(std::string_view text) : text_(text) {}

    [[nodiscard]] bool at_end() const { return text_.empty(); }
    bool take(char c) {
        if (!text_.starts_with(c)) return false;
        text_.remove_prefix(1);
        return true;
    }
    bool name() {
        if (take('<')) {
            const auto end = text_.find('>');
            if (end == std::string_view::npos) return false;
            text_.remove_prefix(end + 1);
            return true;
        }
        std::size_t count = 0;
        while (count < text_.size() && ((text_[count] | 0x20) >= 'a' && (text_[count] | 0x20) <= 'z'))
            ++count;
        text_.remove_prefix(count);
        return count > 0;
    }
    bool integer(std::int64_t& value) {
        const auto read = std::from_chars(text_.data(), text_.data() + text_.size(), value);
        if (read.ec != std::errc{}) return false;
        text_.remove_prefix(static_cast<std::size_t>(read.ptr - text_.data()));
        return true;
    }
    /// [+-]hh[:mm[:ss]]
    bool clock(std::int64_t& seconds) {
        const std::int64_t sign = take('-') ? -1 : 1;
        if (sign > 0) static_cast<void>(take('+'));
        std::int64_t hours = 0;
        std::int64_t part = 0;
        if (!integer(hours)) return false;
        seconds = hours * 3600;
        for (const std::int64_t unit : {60, 1})
            if (take(':')) {
                if (!integer(part)) return false;
                seconds += part * unit;
            }
        seconds *= sign;
        return true;
    }

  private:
    std::string_view text_;
};

int year_of(std::int64_t seconds) {
    using namespace std::chrono;
    const auto days = floor<std::chrono::days>(sys_seconds(std::chrono::seconds(seconds)));
    return static_cast<int>(year_month_day(days).year());
}

} // namespace

Result<TimeZone> TimeZone::load(std::string_view name) {
    const Error unknown{Errc::invalid, "'" + std::string(name) + "' is no time zone such as Europe/Berlin."};
    if (!is_name(name)) return unknown;
    const std::filesystem::path path = kFolder + std::string(name);
    std::string bytes;
    std::error_code failure;
    if (std::filesystem::is_regular_file(path, failure)) {
        std::ifstream file(path, std::ios::binary);
        bytes.assign(std::istreambuf_iterator<char>(file), {});
    }
    TimeZone zone;
    if (bytes.size() > kMostBytes || !zone.read(bytes)) {
        // A machine without tzdata still knows this one.
        if (name == "UTC") return TimeZone{};
        return unknown;
    }
    return zone;
}

bool TimeZone::read(const std::string& bytes) {
    Counts old;
    Counts counts;
    if (!read_head(bytes, 0, old)) return false;
    const std::size_t second = kHead + old.bytes(4);
    if (!read_head(bytes, second, counts)) return false;
    const std::size_t body = second + kHead;
    const std::size_t end = body + counts.bytes(8);
    if (bytes.size() < end + 2 || bytes[end] != '\n') return false;
    const std::size_t kinds = body + counts.times * 8;
    const std::size_t types = kinds + counts.times;
    const auto offset_of = [&](std::size_t type) { return number(bytes, types + type * 6, 4); };
    first_offset_ = offset_of(0);
    for (std::size_t i = 0; i < counts.times; ++i) {
        const auto type = static_cast<unsigned char>(bytes[kinds + i]);
        if (type >= counts.types) return false;
        times_.push_back(number(bytes, body + i * 8, 8));
        offsets_.push_back(offset_of(type));
    }
    const auto line = bytes.find('\n', end + 1);
    if (line == std::string::npos) return false;
    return read_footer(std::string_view(bytes).substr(end + 1, line - end - 1));
}

bool TimeZone::read_footer(std::string_view text) {
    footer_.standard = offsets_.empty() ? first_offset_ : offsets_.back();
    if (text.empty()) return true;
    Words words(text);
    std::int64_t west = 0;
    if (!words.name() || !words.clock(west)) return false;
    footer_.standard = -west;
    if (words.at_end()) return true;
    if (!words.name()) return false;
    footer_.has_summer = true;
    footer_.summer = footer_.standard + 3600;
    if (!words.take(',')) {
        if (!words.clock(west) || !words.take(',')) return false;
        footer_.summer = -west;
    }
    for (Rule* rule : {&footer_.begin, &footer_.end}) {
        std::int64_t parts[3] = {0, 0, 0};
        if (rule == &footer_.end && !words.take(',')) return false;
        if (!words.take('M')) return false; // the other two forms stand in no zone's file
        for (std::size_t i = 0; i < 3; ++i)
            if ((i > 0 && !words.take('.')) || !words.integer(parts[i])) return false;
        if (parts[0] < 1 || parts[0] > 12 || parts[1] < 1 || parts[1] > 5 || parts[2] < 0 || parts[2] > 6)
            return false;
        rule->month = static_cast<int>(parts[0]);
        rule->week = static_cast<int>(parts[1]);
        rule->day = static_cast<int>(parts[2]);
        if (words.take('/') && !words.clock(rule->seconds)) return false;
    }
    return words.at_end();
}

std::int64_t TimeZone::moment_of(const Rule& rule, int year) {
    using namespace std::chrono;
    const auto first = std::chrono::year(year) / month(static_cast<unsigned>(rule.month));
    const weekday day(static_cast<unsigned>(rule.day));
    const sys_days at = rule.week == 5 ? sys_days(first / day[last])
                                       : sys_days(first / day[static_cast<unsigned>(rule.week)]);
    return duration_cast<seconds>(at.time_since_epoch()).count() + rule.seconds;
}

std::int64_t TimeZone::offset_by_footer(std::int64_t at) const {
    if (!footer_.has_summer) return footer_.standard;
    const int year = year_of(at + footer_.standard);
    const std::int64_t begin = moment_of(footer_.begin, year) - footer_.standard;
    const std::int64_t end = moment_of(footer_.end, year) - footer_.summer;
    const bool is_summer = begin < end ? at >= begin && at < end : at >= begin || at < end;
    return is_summer ? footer_.summer : footer_.standard;
}

std::int64_t TimeZone::offset_at(Timestamp at) const {
    const std::int64_t seconds = at.micros / 1'000'000 - (at.micros % 1'000'000 < 0 ? 1 : 0);
    const auto next = std::ranges::upper_bound(times_, seconds);
    if (next == times_.end()) return offset_by_footer(seconds);
    if (next == times_.begin()) return first_offset_;
    return offsets_[static_cast<std::size_t>(next - times_.begin()) - 1];
}

Timestamp TimeZone::to_utc(std::int64_t local_seconds) const {
    const auto at = [](std::int64_t seconds) { return Timestamp{seconds * 1'000'000}; };
    // What holds a day earlier holds before a change of that day.
    const std::int64_t before = offset_at(at(local_seconds - 86'400));
    const std::int64_t first = local_seconds - before;
    if (offset_at(at(first)) == before) return at(first);
    const std::int64_t after = offset_at(at(local_seconds + 86'400));
    const std::int64_t second = local_seconds - after;
    return offset_at(at(second)) == after ? at(second) : at(first);
}

} // namespace bifrost
