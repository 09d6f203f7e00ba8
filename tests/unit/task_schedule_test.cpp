// What dependencies ask of dates.

#include <gtest/gtest.h>

#include "services/task/schedule.hpp"
#include "services/task/task_write.hpp"

namespace bifrost::tests {
namespace {

using task::days_to_move;

TEST(TaskDates, what_is_no_date_is_none) {
    for (const std::string_view text :
         {"", "2026-1-31", "2026-02-30", "2026-13-01", "tomorrow", "2026-01-31T", "20260131", "2026-01-3x"})
        EXPECT_FALSE(task::day_number(text)) << text;
}

TEST(TaskDates, days_are_counted_over_months_and_leap_years) {
    EXPECT_EQ(task::day_number("1970-01-01"), 0);
    EXPECT_EQ(*task::day_number("2028-03-01") - *task::day_number("2028-02-28"), 2);
    EXPECT_EQ(*task::day_number("2026-03-01") - *task::day_number("2026-02-28"), 1);
    EXPECT_EQ(task::date_text(*task::day_number("1999-12-31") + 1), "2000-01-01");
    EXPECT_EQ(task::date_text(-1), "1969-12-31");
}

TEST(TaskSchedule, what_has_no_date_asks_for_none) {
    EXPECT_EQ(days_to_move("finish_start", 0, 1, std::nullopt, 1, 1), 0);
    EXPECT_EQ(days_to_move("finish_start", 0, 1, 5, std::nullopt, 1), 0);
}

TEST(TaskSchedule, a_due_date_is_a_day_of_work) {
    EXPECT_EQ(days_to_move("finish_start", 0, 1, 5, 5, 8), 1);
    EXPECT_EQ(days_to_move("finish_start", 0, 1, 5, 6, 8), 0);
}

TEST(TaskSchedule, the_four_kinds_and_their_lag) {
    EXPECT_EQ(days_to_move("finish_start", 2, 1, 5, 6, 9), 2);
    EXPECT_EQ(days_to_move("finish_start", -2, 1, 5, 4, 9), 0);
    EXPECT_EQ(days_to_move("start_start", 0, 10, 15, 8, 9), 2);
    EXPECT_EQ(days_to_move("start_start", 1, 10, 15, 11, 12), 0);
    EXPECT_EQ(days_to_move("finish_finish", 0, 1, 5, 1, 3), 2);
    EXPECT_EQ(days_to_move("finish_finish", 1, 1, 5, 1, 6), 0);
    EXPECT_EQ(days_to_move("start_finish", 0, 10, 15, 1, 8), 2);
    EXPECT_EQ(days_to_move("start_finish", 0, 10, 15, 1, 10), 0);
}

} // namespace
} // namespace bifrost::tests
