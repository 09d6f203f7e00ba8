// Timecode, naming rules, and edits read from files and written to them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/editorial/edit.hpp"
#include "services/editorial/naming.hpp"
#include "services/editorial/timecode.hpp"

namespace bifrost::tests {
namespace {

using namespace editorial;
using testing::ElementsAre;
using testing::HasSubstr;

const FrameRate k24{24, 1};
const FrameRate k23976{24'000, 1001};
const FrameRate k2997{30'000, 1001};
const FrameRate k5994{60'000, 1001};

std::vector<std::string> pointers(const Error& error) {
    std::vector<std::string> out;
    for (const auto& field : error.fields) out.push_back(field.pointer);
    return out;
}

TEST(Timecode, drop_frame_skips_numbers_and_no_frames) {
    EXPECT_EQ(parse_timecode("00:00:59;29", k2997, true), 1799);
    EXPECT_EQ(parse_timecode("00:01:00;02", k2997, true), 1800);
    EXPECT_EQ(parse_timecode("00:01:00;00", k2997, true), std::nullopt);
    EXPECT_EQ(parse_timecode("00:10:00;00", k2997, true), 17'982);
    EXPECT_EQ(parse_timecode("01:00:00;00", k2997, true), 107'892);
    EXPECT_EQ(parse_timecode("00:01:00;04", k5994, true), 3600);
    EXPECT_EQ(parse_timecode("00:01:00;03", k5994, true), std::nullopt);
    EXPECT_EQ(parse_timecode("00:01:00;02", k24, true), std::nullopt);
}

TEST(Timecode, every_frame_of_a_day_has_one_number) {
    for (const auto& [rate, drop] :
         {std::pair{k2997, true}, std::pair{k5994, true}, std::pair{k23976, false}})
        for (std::int64_t frame = 0; frame < nominal_rate(rate) * 86'000; frame += 997)
            ASSERT_EQ(parse_timecode(format_timecode(frame, rate, drop), rate, drop), frame);
    EXPECT_EQ(format_timecode(1800, k2997, true), "00:01:00;02");
    EXPECT_EQ(format_timecode(86'400, k23976, false), "01:00:00:00");
}

TEST(Timecode, what_is_out_of_range_or_malformed_is_none) {
    for (const auto* text : {"", "01:00:00", "01:00:00:24", "24:00:00:00", "00:60:00:00", "00:00:60:00",
                             "-1:00:00:00", "0a:00:00:00", "01:00:00:001", "01-00-00-00"})
        EXPECT_EQ(parse_timecode(text, k24, false), std::nullopt) << text;
}

TEST(Timecode, decimals_are_fractions) {
    EXPECT_EQ(rate_of(23.976), k23976);
    EXPECT_EQ(rate_of(23.98), k23976);
    EXPECT_EQ(rate_of(23.976023976023978), k23976);
    EXPECT_EQ(rate_of(24.0), k24);
    EXPECT_EQ(rate_of(29.97), k2997);
    EXPECT_EQ(rate_of(59.94), k5994);
    EXPECT_EQ(rate_of(12.5), (FrameRate{25, 2}));
    EXPECT_EQ(rate_of(0.0), std::nullopt);
    EXPECT_EQ(rate_of(24.4), std::nullopt);
}

TEST(NamingRule, what_cannot_work_is_refused) {
    for (const auto* pattern :
         {"{sequence}", "{shot", "{sequence}{shot}_", "{shot}_{shot}", "{scene}_{shot}", "{shot}"})
        EXPECT_FALSE(Naming::parse(pattern, "")) << pattern;
    EXPECT_TRUE(Naming::parse("{shot}", "sq010"));
}

TEST(NamingRule, names_mean_shots) {
    const auto rule = *Naming::parse("{sequence}_{shot}", "");
    EXPECT_EQ(rule.match("SQ010_sh0020"), (ShotName{std::nullopt, "sq010", "sh0020"}));
    EXPECT_EQ(rule.match("/plates/sq010_sh0020.1001.exr"), (ShotName{std::nullopt, "sq010", "sh0020"}));
    EXPECT_EQ(rule.match("sq010_sh0020.mov"), (ShotName{std::nullopt, "sq010", "sh0020"}));
    EXPECT_EQ(rule.match("sq010_sh0020_v003"), std::nullopt);
    EXPECT_EQ(rule.match("title card"), std::nullopt);
    EXPECT_EQ(rule.match(""), std::nullopt);
    const auto versions = *Naming::parse("{episode}-{sequence}_{shot}_v{version}", "");
    EXPECT_EQ(versions.match("ep01-sq010_sh0020_v003.mov"), (ShotName{"ep01", "sq010", "sh0020"}));
    const auto any = *Naming::parse("{sequence}_{shot}_{any}", "");
    EXPECT_EQ(any.match("sq010_sh0020_comp_v1 (final)"), (ShotName{std::nullopt, "sq010", "sh0020"}));
    EXPECT_EQ(Naming::parse("{shot}", "sq010")->match("sh_0020"),
              (ShotName{std::nullopt, "sq010", "sh_0020"}));
}

TEST(NamingRule, without_a_rule_custom_says_which_shot_a_name_means) {
    const auto rule = Naming::by_custom("bar", "");
    const ShotName plain{std::nullopt, "sq010", "sh0020"};
    for (const auto* name :
         {"sq010_sh0020", "SQ010-SH0020", "sq010_sh0020_v003", "sq010_sh0020_comp_v12.mov",
          "/plates/sq010_sh0020_pl01.1001-1100.exr", "bar_sq010_sh0020_bg", "sq010_sh0020 (v3)"})
        EXPECT_EQ(rule.match(name), plain) << name;
    EXPECT_EQ(rule.match("EP01_sq010_sh0020_v1"), (ShotName{"ep01", "sq010", "sh0020"}));
    EXPECT_EQ(rule.match("bar_ep01_010_0020"), (ShotName{"ep01", "010", "0020"}));
    for (const auto* name :
         {"", "title card", "title_card", "slate", "title_v003", "bar_sq010", "sq010", "AX"})
        EXPECT_EQ(rule.match(name), std::nullopt) << name;
    const auto of_sequence = Naming::by_custom("bar", "sq010");
    for (const auto* name : {"sh0020", "sq010_sh0020", "sh0020_v3", "bar_sq010_sh0020"})
        EXPECT_EQ(of_sequence.match(name), plain) << name;
}

constexpr std::string_view kEdl =
    "TITLE: Reel 1\r\nFCM: NON-DROP FRAME\r\n\r\n"
    "001  A001     V     C        01:00:00:00 01:00:02:00 00:59:59:00 01:00:01:00\r\n"
    "* FROM CLIP NAME: sq010_sh0010\r\n"
    "002  A002     V     C        02:00:00:00 02:00:00:00 01:00:01:00 01:00:01:00\r\n"
    "002  A003     V     D    012 03:00:00:00 03:00:02:00 01:00:01:00 01:00:03:00\r\n"
    "* FROM CLIP NAME: sq010_sh0010\r\n* TO CLIP NAME: sq010_sh0020\r\n"
    "003  A004     V     C        04:00:00:00 04:00:04:00 01:00:03:00 01:00:05:00\r\n"
    "M2   A004             048.0                04:00:00:00\r\n"
    "* FROM CLIP NAME: sq010_sh0030\r\n"
    "004  A005     A     C        05:00:00:00 05:00:01:00 01:00:05:00 01:00:06:00\r\n";

TEST(Edl, events_dissolves_and_speeds_are_read) {
    const auto edit = read_edl(kEdl, k24);
    ASSERT_TRUE(edit) << edit.error().detail << pointers(edit.error()).front();
    EXPECT_EQ(edit->name, "Reel 1");
    ASSERT_EQ(edit->clips.size(), 3U);
    const auto& [first, second, third] = std::tie(edit->clips[0], edit->clips[1], edit->clips[2]);
    EXPECT_EQ(first.name, "sq010_sh0010");
    // The cut is where the dissolve begins.
    EXPECT_EQ(first.record_out - first.record_in, 48);
    EXPECT_EQ(first.transition_out, 0);
    EXPECT_EQ(second.name, "sq010_sh0020");
    EXPECT_EQ(second.record_in, first.record_out);
    EXPECT_EQ(second.source_in, 3 * 86'400);
    EXPECT_EQ(second.record_out - second.record_in, 48);
    EXPECT_EQ(second.transition_in, 12);
    EXPECT_EQ(third.speed, "2");
    EXPECT_EQ(third.source_out - third.source_in, 48);
}

TEST(Edl, what_is_written_is_read_again) {
    const auto edit = *read_edl(kEdl, k24);
    const auto again = read_edl(write_edl(edit), k24);
    ASSERT_TRUE(again) << write_edl(edit);
    ASSERT_EQ(again->clips.size(), edit.clips.size());
    for (std::size_t i = 0; i < edit.clips.size(); ++i) {
        EXPECT_EQ(again->clips[i].name, edit.clips[i].name);
        EXPECT_EQ(again->clips[i].source_in, edit.clips[i].source_in);
        EXPECT_EQ(again->clips[i].record_in, edit.clips[i].record_in);
        EXPECT_EQ(again->clips[i].record_out, edit.clips[i].record_out);
        EXPECT_EQ(again->clips[i].speed, edit.clips[i].speed);
    }
}

TEST(Edl, a_cut_within_a_dissolve_moves_to_where_it_begins) {
    auto edit = *read_edl(kEdl, k24);
    edit.clips[0].transition_out = 4;
    edit.clips[1].transition_in = 8;
    const auto again = read_edl(write_edl(edit), k24);
    ASSERT_TRUE(again) << write_edl(edit);
    EXPECT_EQ(again->clips[0].record_out, edit.clips[0].record_out - 4);
    EXPECT_EQ(again->clips[1].record_in, edit.clips[1].record_in - 4);
    EXPECT_EQ(again->clips[1].source_in, edit.clips[1].source_in - 4);
    EXPECT_EQ(again->clips[1].record_out, edit.clips[1].record_out);
    EXPECT_EQ(again->clips[1].transition_in, 12);
}

TEST(Edl, speeds_are_written_as_exactly_as_they_are_read) {
    auto edit = *read_edl(kEdl, k24);
    for (const auto* speed : {"2", "1/2", "-1", "119/60", "4/3", "0"}) {
        edit.clips[2].speed = speed;
        const auto again = read_edl(write_edl(edit), k24);
        ASSERT_TRUE(again) << write_edl(edit);
        EXPECT_EQ(again->clips[2].source_out - again->clips[2].source_in, 48) << speed;
        if (std::string_view(speed) != "4/3") {
            EXPECT_EQ(again->clips[2].speed, speed);
        }
    }
}

TEST(Edl, comments_without_stars_reels_with_spaces_and_frames_for_timecodes_are_read) {
    const auto edit = read_edl("TITLE: x\n001  AX  V  C  14400 14424 0 24\nFROM CLIP NAME: sq010_sh0010\n"
                               "002  AX  V  C  00:00:10:00 00:00:10:01 00:00:01:00 00:00:02:00\n"
                               "M2   my clip 7   000.0   00:00:10:00\n* FROM CLIP NAME:  sq010_sh0020 FF\n"
                               "003  AX  V  C  00:00:10:00 00:00:11:00 00:00:02:00 00:00:03:00\n"
                               "* FROM FILE: /plates/sq010_sh0030.mov\n",
                               k24);
    ASSERT_TRUE(edit) << pointers(edit.error()).front();
    EXPECT_EQ(edit->clips[0].name, "sq010_sh0010");
    EXPECT_EQ(edit->clips[0].source_in, 14'400);
    EXPECT_EQ(edit->clips[1].name, "sq010_sh0020");
    EXPECT_EQ(edit->clips[1].speed, "0");
    EXPECT_EQ(edit->clips[2].name, "sq010_sh0030");
}

TEST(Edl, every_broken_line_is_named) {
    const auto broken = read_edl("TITLE: x\nFCM: NON-DROP FRAME\n"
                                 "001 A V C 01:00:00:00 01:00:01:00 01:00:00:00\n"
                                 "002 A V C 01:00:00:24 01:00:01:00 01:00:00:00 01:00:01:00\n"
                                 "003 A V C 01:00:02:00 01:00:01:00 01:00:00:00 01:00:01:00\n"
                                 "004 A V C 01:00:00:00 01:00:02:00 01:00:00:00 01:00:01:00\n"
                                 "garbage\n"
                                 "005 A V D abc 01:00:00:00 01:00:01:00 01:00:01:00 01:00:02:00\n"
                                 "\xff\xfe\n",
                                 k24);
    ASSERT_FALSE(broken);
    EXPECT_THAT(pointers(broken.error()), testing::IsSupersetOf({"/line/3", "/line/4", "/line/5", "/line/6",
                                                                 "/line/7", "/line/8", "/line/9"}));
}

TEST(Edl, overlapping_events_and_empty_files_are_refused) {
    EXPECT_FALSE(read_edl("", k24));
    EXPECT_FALSE(read_edl("TITLE: nothing\n", k24));
    const auto overlap = read_edl("001 A V C 01:00:00:00 01:00:02:00 01:00:00:00 01:00:02:00\n"
                                  "002 B V C 01:00:00:00 01:00:02:00 01:00:01:00 01:00:03:00\n",
                                  k24);
    ASSERT_FALSE(overlap);
    EXPECT_THAT(pointers(overlap.error()), ElementsAre("/line/2"));
}

TEST(Edl, drop_frame_needs_a_rate_that_has_it) {
    const std::string_view text =
        "FCM: DROP FRAME\n001 A V C 00:00:59;29 00:01:00;03 00:00:59;29 00:01:00;03\n";
    EXPECT_FALSE(read_edl(text, k24));
    const auto edit = read_edl(text, k2997);
    ASSERT_TRUE(edit);
    EXPECT_TRUE(edit->drop_frame);
    EXPECT_EQ(edit->clips[0].record_out - edit->clips[0].record_in, 2);
    EXPECT_THAT(write_edl(*edit), HasSubstr("FCM: DROP FRAME"));
    EXPECT_THAT(write_edl(*edit), HasSubstr("00:00:59;29 00:01:00;03"));
}

TEST(Otio, what_is_written_is_read_again) {
    auto edit = *read_edl(kEdl, k23976);
    edit.clips[0].media = "/media/a.mov";
    edit.clips[2].speed = "-2/3";
    edit.clips[0].transition_out = 5;
    edit.clips[0].transition_in = 3;
    edit.clips[2].transition_out = 7;
    const auto again = read_otio(write_otio(edit), nullptr);
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_EQ(again->rate, k23976);
    EXPECT_EQ(again->start_frame, edit.start_frame);
    ASSERT_EQ(again->clips.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(again->clips[i].name, edit.clips[i].name);
        EXPECT_EQ(again->clips[i].source_in, edit.clips[i].source_in);
        EXPECT_EQ(again->clips[i].record_in, edit.clips[i].record_in);
        EXPECT_EQ(again->clips[i].record_out, edit.clips[i].record_out);
        EXPECT_EQ(again->clips[i].media, edit.clips[i].media);
        EXPECT_EQ(again->clips[i].reel, edit.clips[i].reel);
        EXPECT_EQ(again->clips[i].speed, edit.clips[i].speed);
        EXPECT_EQ(again->clips[i].transition_in, edit.clips[i].transition_in);
        EXPECT_EQ(again->clips[i].transition_out, edit.clips[i].transition_out);
    }
}

TEST(Otio, unknown_schemas_and_what_is_no_timeline_are_refused) {
    EXPECT_EQ(read_otio("{", nullptr).error().code, Errc::malformed);
    EXPECT_EQ(read_otio("[]", nullptr).error().code, Errc::malformed);
    EXPECT_EQ(read_otio("{}", nullptr).error().code, Errc::invalid);
    const auto unknown = read_otio(R"({"OTIO_SCHEMA": "SchemaOfTomorrow.1"})", nullptr);
    ASSERT_FALSE(unknown);
    EXPECT_THAT(unknown.error().fields[0].detail, HasSubstr("SchemaOfTomorrow.1"));
    const auto inside =
        read_otio(R"({"OTIO_SCHEMA": "Timeline.1", "tracks": {"OTIO_SCHEMA": "Stack.1", "children": [
        {"OTIO_SCHEMA": "Track.1", "kind": "Video", "children": [{"OTIO_SCHEMA": "Hologram.3"}]}]}})",
                  nullptr);
    ASSERT_FALSE(inside);
    EXPECT_THAT(pointers(inside.error()), testing::Contains("/tracks/children/0/children/0"));
}

TEST(Otio, tracks_that_show_a_part_of_themselves_and_switched_off_clips_keep_their_time) {
    const auto time = [](int value) {
        return R"({"OTIO_SCHEMA": "RationalTime.1", "rate": 24.0, "value": )" + std::to_string(value) + "}";
    };
    const auto range = [&](int start, int length) {
        return R"({"OTIO_SCHEMA": "TimeRange.1", "start_time": )" + time(start) + R"(, "duration": )" +
               time(length) + "}";
    };
    const auto clip = [&](const char* name, const char* enabled) {
        return R"({"OTIO_SCHEMA": "Clip.2", "name": ")" + std::string(name) + R"(", "enabled": )" + enabled +
               R"(, "source_range": )" + range(100, 10) + "}";
    };
    const auto edit = read_otio(
        R"({"OTIO_SCHEMA": "Timeline.1", "metadata": {"x": -Inf, "y": [NaN, "Inf"]}, "tracks": {"OTIO_SCHEMA": "Stack.1",
        "children": [{"OTIO_SCHEMA": "Track.1", "kind": "Video", "source_range": )" +
            range(4, 32) + R"(, "children": [)" + clip("a", "true") + "," + clip("b", "false") + "," +
            clip("c", "true") + "," + clip("d", "true") + "]}]}}",
        nullptr);
    ASSERT_TRUE(edit) << edit.error().detail;
    ASSERT_EQ(edit->clips.size(), 3U);
    EXPECT_EQ(edit->clips[0].record_in, 0);
    EXPECT_EQ(edit->clips[0].source_in, 104);
    EXPECT_EQ(edit->clips[1].name, "c");
    EXPECT_EQ(edit->clips[1].record_in, 16);
    EXPECT_EQ(edit->clips[2].record_out, 32);
    EXPECT_EQ(edit->clips[2].source_out, 106);
}

TEST(Otio, a_nested_stack_lasts_as_long_as_what_is_in_it) {
    const std::string length =
        R"({"OTIO_SCHEMA": "TimeRange.1", "start_time": {"OTIO_SCHEMA": "RationalTime.1", "rate": 24.0, "value": 5},
        "duration": {"OTIO_SCHEMA": "RationalTime.1", "rate": 24.0, "value": 12}})";
    const std::string inner = R"({"OTIO_SCHEMA": "Clip.1", "name": "inner", "source_range": )" + length + "}";
    const auto edit = read_otio(
        R"({"OTIO_SCHEMA": "SerializableCollection.1", "children": [{"OTIO_SCHEMA": "Timeline.1", "tracks": {"OTIO_SCHEMA": "Stack.1",
        "children": [{"OTIO_SCHEMA": "Track.1", "kind": "Video", "children": [{"OTIO_SCHEMA": "Stack.1", "name": "outer", "source_range": null, "children": [)" +
            inner + R"(]}, {"OTIO_SCHEMA": "Track.1", "name": "row", "children": [)" + inner + "," + inner +
            "]}]}]}}]}",
        nullptr);
    ASSERT_TRUE(edit) << edit.error().detail << edit.error().fields.size();
    ASSERT_EQ(edit->clips.size(), 2U);
    EXPECT_EQ(edit->clips[0].name, "outer");
    EXPECT_EQ(edit->clips[0].record_out, 12);
    EXPECT_EQ(edit->clips[1].record_out, 36);
}

TEST(Otio, negative_durations_and_rates_that_no_edit_has_are_refused) {
    const auto clip = [](const char* value, const char* rate) {
        const std::string time = std::string(R"({"OTIO_SCHEMA": "RationalTime.1", "value": )") + value +
                                 R"(, "rate": )" + rate + "}";
        return R"({"OTIO_SCHEMA": "Timeline.1", "tracks": {"OTIO_SCHEMA": "Stack.1", "children": [
            {"OTIO_SCHEMA": "Track.1", "kind": "Video", "children": [{"OTIO_SCHEMA": "Clip.1", "name": "a",
            "source_range": {"OTIO_SCHEMA": "TimeRange.1", "start_time": )" +
               time + R"(, "duration": )" + time + "}}]}]}}";
    };
    EXPECT_TRUE(read_otio(clip("10", "24"), nullptr));
    for (const auto* value : {"-1", "1e300", "NaN", "\"x\"", "null"})
        EXPECT_FALSE(read_otio(clip(value, "24"), nullptr)) << value;
    for (const auto* rate : {"0", "-24", "1e9", "null"})
        EXPECT_FALSE(read_otio(clip("10", rate), nullptr)) << rate;
}

} // namespace
} // namespace bifrost::tests
