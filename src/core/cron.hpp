#pragma once
// Times that come again, as cron writes them: "minute hour day month weekday".

#include <bitset>
#include <optional>
#include <string_view>

#include "core/time_zone.hpp"

namespace bifrost {

class Cron {
  public:
    /// Five fields of numbers, names (mon, jan), lists, ranges and steps: "0 9 * * mon-fri", "*/15 * * * *".
    /// Where both days are limited either will do. invalid with a sentence.
    static Result<Cron> parse(std::string_view text);

    /// The first moment after `after` at which local clocks show such a minute; nothing within the next five
    /// years. A minute that comes twice counts once, one that the clocks leave out is the one after.
    [[nodiscard]] std::optional<Timestamp> next(Timestamp after, const TimeZone& zone) const;

  private:
    std::bitset<60> minutes_;
    std::bitset<24> hours_;
    std::bitset<32> days_;
    std::bitset<13> months_;
    std::bitset<7> weekdays_;
    bool any_day_ = false; ///< of the month
    bool any_weekday_ = false;
};

} // namespace bifrost
