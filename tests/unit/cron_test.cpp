// Times that come again, in zones whose clocks are put forward and back.

#include <gtest/gtest.h>

#include "core/cron.hpp"

namespace bifrost {
namespace {

std::string next(std::string_view cron, std::string_view zone, std::string_view after) {
    const auto parsed = Cron::parse(cron);
    const auto loaded = TimeZone::load(zone);
    if (!parsed || !loaded) return "refused";
    const auto at = parsed->next(*Timestamp::parse(after), *loaded);
    return at ? at->text().substr(0, 16) : "never";
}

TEST(Cron, what_is_no_time_is_refused) {
    for (const char* text :
         {"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8",
          "*/0 * * * *", "5-1 * * * *", "a * * * *", "1,,2 * * * *", "-1 * * * *", "* * * * mon-"})
        EXPECT_FALSE(Cron::parse(text)) << text;
    for (const char* zone :
         {"", "Nowhere/Else", "../../etc/passwd", "/etc/passwd", "Europe", "Europe/Berlin\n"})
        EXPECT_FALSE(TimeZone::load(zone)) << zone;
}

TEST(Cron, the_next_time_is_the_first_that_fits) {
    EXPECT_EQ(next("0 9 * * mon-fri", "UTC", "2026-11-27T09:00:00Z"), "2026-11-30T09:00");
    EXPECT_EQ(next("*/15 * * * *", "UTC", "2026-11-27T09:14:59Z"), "2026-11-27T09:15");
    EXPECT_EQ(next("30 4 1,15 * fri", "UTC", "2026-11-27T05:00:00Z"), "2026-12-01T04:30");
    EXPECT_EQ(next("0 0 29 feb *", "UTC", "2026-01-01T00:00:00Z"), "2028-02-29T00:00");
    EXPECT_EQ(next("0 0 30 feb *", "UTC", "2026-01-01T00:00:00Z"), "never");
    EXPECT_EQ(next("0 12 * * 7", "UTC", "2026-11-27T00:00:00Z"), "2026-11-29T12:00");
}

TEST(Cron, clocks_that_are_put_forward_and_back_count_once) {
    EXPECT_EQ(next("0 9 * * *", "Europe/Berlin", "2026-07-01T00:00:00Z"), "2026-07-01T07:00");
    EXPECT_EQ(next("0 9 * * *", "Europe/Berlin", "2026-12-01T00:00:00Z"), "2026-12-01T08:00");
    // 02:30 does not come on 2026-03-29.
    EXPECT_EQ(next("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z"), "2026-03-29T01:30");
    EXPECT_EQ(next("30 2 * * *", "Europe/Berlin", "2026-03-29T01:30:00Z"), "2026-03-30T00:30");
    // 02:30 comes twice on 2026-10-25.
    EXPECT_EQ(next("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z"), "2026-10-25T00:30");
    EXPECT_EQ(next("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z"), "2026-10-26T01:30");
    EXPECT_EQ(next("0 9 * * *", "America/Sao_Paulo", "2026-07-01T00:00:00Z"), "2026-07-01T12:00");
    EXPECT_EQ(next("0 9 * * *", "Australia/Sydney", "2026-01-10T00:00:00Z"), "2026-01-10T22:00");
    // Behind the years that the files name one by one.
    EXPECT_EQ(next("0 9 * * *", "Europe/Berlin", "2060-07-01T00:00:00Z"), "2060-07-01T07:00");
}

} // namespace
} // namespace bifrost
