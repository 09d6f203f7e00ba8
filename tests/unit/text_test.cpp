#include <gtest/gtest.h>

#include "core/frame_range.hpp"
#include "core/hash.hpp"
#include "core/id.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "core/timestamp.hpp"

namespace bifrost {
namespace {

TEST(Text, overlong_surrogate_and_truncated_utf8_is_refused) {
    EXPECT_TRUE(is_utf8("h\xc3\xa9ro \xf0\x9f\x8e\xac"));
    for (const char* bad : {"\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\x80"})
        EXPECT_FALSE(is_utf8(bad)) << bad;
}

TEST(Text, codes_are_folded_and_what_cannot_be_a_code_is_refused) {
    EXPECT_EQ(fold_code("Char Hero.v2"), "char_hero_v2");
    for (const char* bad : {"", "-x", "_x", "a/b", "a\\b", "\xc3\xa9", "a\nb", ".."})
        EXPECT_FALSE(fold_code(bad)) << bad;
    EXPECT_FALSE(fold_code(std::string(65, 'a')));
    EXPECT_TRUE(fold_code(std::string(64, 'a')));
}

TEST(Text, case_is_folded_beyond_ascii) {
    EXPECT_EQ(fold_case("\xc3\x89MILE \xd0\x96"), "\xc3\xa9mile \xd0\xb6");
}

TEST(Id, ids_made_one_after_another_sort_in_that_order_and_round_trip) {
    Id last;
    for (int i = 0; i < 10'000; ++i) {
        const Id id = Id::make();
        ASSERT_LT(last, id);
        last = id;
    }
    EXPECT_EQ(Id::parse(last.text()), last);
    EXPECT_EQ(last.text()[14], '7');
    for (const char* bad :
         {"", "not-an-id", "0190a7f6-0000-7000-8000-00000000000", "0190a7f6x0000-7000-8000-000000000000"})
        EXPECT_FALSE(Id::parse(bad)) << bad;
}

TEST(Timestamp, rfc3339_is_read_with_offsets_and_written_in_utc) {
    EXPECT_EQ(Timestamp::parse("2026-11-24T07:00:00.5+01:00")->text(), "2026-11-24T06:00:00.500000Z");
    EXPECT_EQ(Timestamp::parse("1969-12-31T23:59:59Z")->micros, -1'000'000);
    for (const char* bad :
         {"", "2026-02-30T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T25:00:00Z"})
        EXPECT_FALSE(Timestamp::parse(bad)) << bad;
}

TEST(FrameRange, text_round_trips_and_reversed_ranges_are_refused) {
    for (const char* text : {"1001", "1001-1100", "1001-1100x2", "-5-10"})
        EXPECT_EQ(FrameRange::parse(text)->text(), text);
    for (const char* bad : {"", "10-1", "1-2x0", "a", "1-2-3"}) EXPECT_FALSE(FrameRange::parse(bad)) << bad;
}

TEST(FrameRate, decimals_are_no_rate_and_fractions_are_reduced) {
    EXPECT_EQ(FrameRate::parse("48000/2002")->text(), "24000/1001");
    for (const char* bad : {"23.976", "0", "24/0", "-24", ""}) EXPECT_FALSE(FrameRate::parse(bad)) << bad;
}

TEST(JsonReader, every_bad_field_is_named_at_once) {
    const auto value = json::parse(R"({"code": "a/b", "size": 1.5, "extra": true, "name": "a\u0000b"})");
    ASSERT_TRUE(value);
    json::Reader reader(*value);
    reader.code("code");
    reader.integer("size", 0, 10);
    reader.text("name", {1, 200});
    reader.text("missing");
    const auto finished = reader.finish();
    ASSERT_FALSE(finished);
    std::vector<std::string> pointers;
    for (const auto& field : finished.error().fields) pointers.push_back(field.pointer);
    EXPECT_EQ(pointers, (std::vector<std::string>{"/code", "/size", "/name", "/missing", "/extra"}));
}

TEST(JsonReader, deep_and_broken_documents_are_malformed) {
    for (const std::string& bad : {std::string("{"), std::string(40, '[') + std::string(40, ']'),
                                   std::string("\"\xff\""), std::string()})
        EXPECT_EQ(json::parse(bad).error().code, Errc::malformed);
}

TEST(JsonCanonical, members_are_sorted_and_numbers_are_shortest) {
    const auto value =
        json::parse(R"({"b": 1.0, "a": [1e30, 0.000001, 1e-7, -0.0, 4.50], "\ud83d\ude00": 1, "\ufb33": 2})");
    ASSERT_TRUE(value);
    EXPECT_EQ(json::canonical(*value), "{\"a\":[1e+30,0.000001,1e-7,0,4.5],\"b\":1,"
                                       "\"\xf0\x9f\x98\x80\":1,\"\xef\xac\xb3\":2}");
}

TEST(Hash, known_answers) {
    EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    // RFC 4231, test case 2.
    EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(parse_base64url(base64url("any bytes \x01\xff")), "any bytes \x01\xff");
    EXPECT_FALSE(parse_base64url("a+b"));
}

} // namespace
} // namespace bifrost
