#pragma once
// Time zones by their names, out of the system's database (tzdata; RFC 8536). The standard library's own
// reader isn't in this compiler's, and the C library has one zone a process.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/timestamp.hpp"

namespace bifrost {

class TimeZone {
  public:
    /// "Europe/Berlin", "UTC"; invalid with a sentence when there is no such zone.
    static Result<TimeZone> load(std::string_view name);

    /// Seconds that local clocks are ahead of UTC at that moment.
    [[nodiscard]] std::int64_t offset_at(Timestamp at) const;
    /// The moment at which local clocks show so many seconds since 1970-01-01T00:00. Of an hour that comes
    /// twice the first; in one that doesn't come, as if the clocks had not been put forward.
    [[nodiscard]] Timestamp to_utc(std::int64_t local_seconds) const;

  private:
    /// "Mm.w.d/time": a day of the year and a second of that day.
    struct Rule {
        int month = 0;
        int week = 0;
        int day = 0;
        std::int64_t seconds = 7'200;
    };
    struct Footer {
        std::int64_t standard = 0;
        std::int64_t summer = 0;
        bool has_summer = false;
        Rule begin;
        Rule end;
    };
    static std::int64_t moment_of(const Rule& rule, int year);
    [[nodiscard]] std::int64_t offset_by_footer(std::int64_t seconds) const;
    bool read(const std::string& bytes);
    bool read_footer(std::string_view text);

    std::vector<std::int64_t> times_;   ///< of the changes, seconds since the epoch
    std::vector<std::int64_t> offsets_; ///< from each of them on
    std::int64_t first_offset_ = 0;
    Footer footer_; ///< behind the last of them
};

} // namespace bifrost
