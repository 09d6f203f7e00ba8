#include "core/timestamp.hpp"

#include <gtest/gtest.h>

namespace bifrost {
namespace {

TEST(Timestamp, what_is_no_rfc_3339_time_is_refused) {
    for (const char* text :
         {"", "2026-01-31", "2026-01-31T12:00:00", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z",
          "2026-01-31T25:00:00Z", "2026-01-31T12:60:00Z", "2026-01-31 12:00:00", "x"})
        EXPECT_FALSE(Timestamp::parse(text)) << text;
}

TEST(Timestamp, every_part_is_written_with_all_its_digits) {
    EXPECT_EQ(Timestamp{0}.text(), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(Timestamp{1}.text(), "1970-01-01T00:00:00.000001Z");
    EXPECT_EQ(Timestamp{-1}.text(), "1969-12-31T23:59:59.999999Z");
    EXPECT_EQ(Timestamp{1769860800123456}.text(), "2026-01-31T12:00:00.123456Z");
    EXPECT_EQ(Timestamp{253402300799999999}.text(), "9999-12-31T23:59:59.999999Z");
    EXPECT_EQ(Timestamp{-62167219200000000}.text(), "0000-01-01T00:00:00.000000Z");
}

TEST(Timestamp, what_was_written_reads_back) {
    for (std::int64_t micros = 1; micros < 250'000'000'000'000'000; micros = micros * 7 + 13) {
        const auto back = Timestamp::parse(Timestamp{micros}.text());
        ASSERT_TRUE(back) << micros;
        EXPECT_EQ(back->micros, micros);
    }
}

TEST(Timestamp, offsets_and_short_fractions_are_read) {
    EXPECT_EQ(Timestamp::parse("2026-01-31T13:30:00+01:30"), Timestamp::parse("2026-01-31T12:00:00Z"));
    EXPECT_EQ(Timestamp::parse("2026-01-31T12:00:00.5Z")->micros % 1'000'000, 500'000);
    EXPECT_EQ(Timestamp::parse("2026-01-31T12:00:00.123456789Z")->micros % 1'000'000, 123'456);
}

} // namespace
} // namespace bifrost
