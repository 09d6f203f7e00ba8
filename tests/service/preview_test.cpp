// The job that makes previews, on real files: what it makes, what it refuses, and that nothing of it stops.

#include <array>
#include <fstream>

#include <gmock/gmock.h>

#include "preview_support.hpp"

namespace bifrost::tests {
namespace {

using testing::HasSubstr;

class PreviewJob : public PreviewTest {};
INSTANTIATE_FOR_BOTH_DATABASES(PreviewJob);

struct BadFile {
    std::string path;
    std::string bytes;
    std::string says;
};

TEST_P(PreviewJob, broken_and_hostile_files_end_in_a_clear_state_and_harm_nothing) {
    preview_options_.limits.picture.deadline = 20s;
    preview_options_.limits.movie.deadline = 20s;
    preview_options_.limits.movie.output_bytes = 64LL << 20;
    const std::string png =
        media_.make("good.png", {"-f", "lavfi", "-i", "testsrc2=s=640x480", "-frames:v", "1"});
    const std::string mov = media_.make("good.mov", {"-f", "lavfi", "-i", "testsrc2=s=320x240:r=24:d=2"});
    const std::vector<BadFile> bad = {
        {"truncated.png", png.substr(0, 60), "can't be read"},
        {"truncated.mov", mov.substr(0, mov.size() / 3), "can't be read"},
        {"bomb.png", huge_png(100'000, 100'000), "100000 x 100000"},
        {"claims.jpg", std::string("\xff\xd8\xff\xe0 not a picture"), "can't be read"},
        {"empty.exr.exr", std::string("\x76\x2f\x31\x01", 4), "can't be read"},
        {"no-video.mp4",
         std::string("\0\0\0\x18"
                     "ftypisom\0\0\0\0isommp42\0\0\0\x08"
                     "free",
                     32),
         "can't be read"},
    };
    std::vector<std::pair<std::string, std::string>> files;
    for (const auto& one : bad) files.emplace_back(one.path, one.bytes);
    files.emplace_back("z-good.png", png);
    const auto version = version_of(files);
    run_worker();
    for (const auto& preview : previews_of(version.id)) {
        if (preview.path == "z-good.png") {
            EXPECT_EQ(preview.state, "ready") << preview.error.value_or("");
            continue;
        }
        EXPECT_EQ(preview.state, "failed") << preview.path;
        for (const auto& one : bad)
            if (one.path == preview.path) {
                EXPECT_THAT(preview.error.value_or(""), HasSubstr(one.says)) << preview.path;
            }
        EXPECT_THAT(preview.error.value_or(""), testing::Not(HasSubstr(folder_.path().string())));
    }
    EXPECT_EQ(get(version.id).preview_state, "ready");
    EXPECT_TRUE(std::filesystem::is_empty(work_.path()));
}

TEST_P(PreviewJob, what_is_no_picture_has_none_and_says_so) {
    const auto version = version_of({{"a.ma", "//Maya ASCII"},
                                     {"b.abc", "Ogawa"},
                                     {"empty.png", ""},
                                     {"list.mov", "ffconcat version 1.0\nfile /etc/passwd\n"},
                                     {"list.m3u8", "#EXTM3U\nfile:///etc/passwd\n"}});
    EXPECT_EQ(version.preview_state, "pending");
    for (const auto& preview : previews_of(version.id)) EXPECT_EQ(preview.state, "pending");
    run_worker();
    for (const auto& preview : previews_of(version.id)) EXPECT_EQ(preview.state, "none") << preview.path;
    EXPECT_EQ(get(version.id).preview_state, "none");
    EXPECT_EQ(get(version.id).thumbnail_url, std::nullopt);
}

TEST_P(PreviewJob, an_endless_movie_meets_its_limits) {
    preview_options_.limits.most_movie_seconds = 2;
    const auto preview =
        preview_of("long.mov", media_.make("long.mov", {"-f", "lavfi", "-i", "testsrc2=s=64x48:r=24:d=60"}));
    EXPECT_EQ(preview.state, "ready") << preview.error.value_or("");
    EXPECT_LT(bytes_of(preview, "proxy").size(), 400'000U);
}

TEST_P(PreviewJob, bytes_decide_what_a_file_is_and_not_its_name) {
    const std::string png =
        media_.make("a.png", {"-f", "lavfi", "-i", "testsrc2=s=640x480", "-frames:v", "1"});
    const auto preview = preview_of("lying.exr", png);
    EXPECT_EQ(preview.state, "ready");
    EXPECT_EQ(manifest_of(preview).at("format").as_string(), "png");
}

TEST_P(PreviewJob, pictures_come_in_several_widths_none_wider_than_the_source) {
    const auto preview = preview_of(
        "wide.png", media_.make("wide.png", {"-f", "lavfi", "-i", "testsrc2=s=1000x500", "-frames:v", "1"}));
    ASSERT_EQ(preview.state, "ready") << preview.error.value_or("");
    std::vector<std::int64_t> widths;
    const auto manifest = manifest_of(preview);
    for (const auto& one : manifest.at("outputs").as_array()) widths.push_back(one.at("width").as_int64());
    EXPECT_THAT(widths, testing::ElementsAre(160, 320, 640, 1000));
    const auto width_for = [&](std::int64_t wanted) {
        return media::webp_size(bytes_of(preview, "thumbnail", wanted)).first;
    };
    EXPECT_EQ(width_for(1), 160);
    EXPECT_EQ(width_for(161), 320);
    EXPECT_EQ(width_for(5'000), 1000);
}

TEST_P(PreviewJob, every_kind_of_picture_is_read) {
    std::vector<std::pair<std::string, std::string>> files;
    const std::vector<std::pair<std::string, std::string>> formats = {
        {"a.png", "rgb24"},     {"b.jpg", "yuvj420p"},  {"c.tif", "rgb48le"},
        {"d.webp", "yuva420p"}, {"e.exr", "gbrpf32le"}, {"f.dpx", "gbrp10be"},
        {"g.png", "rgba64be"},  {"h.gif", "pal8"},      {"i.png", "gray16be"}};
    for (const auto& [name, pixels] : formats)
        files.emplace_back(name, media_.make(name, {"-f", "lavfi", "-i", "testsrc2=s=320x180", "-frames:v",
                                                    "1", "-pix_fmt", pixels}));
    files.emplace_back("one.png",
                       media_.make("one.png", {"-f", "lavfi", "-i", "color=red:s=2x2,format=rgb24,crop=1:1",
                                               "-frames:v", "1"}));
    files.emplace_back("k.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='64' height='32'>"
                                "<rect width='64' height='32' fill='teal'/></svg>");
    files.emplace_back("l.hdr", media_.convert(files[0].second, "a.png", "l.hdr"));
    files.emplace_back("m.psd", psd(40, 30));
    const auto version = version_of(files);
    run_worker();
    for (const auto& preview : previews_of(version.id))
        EXPECT_EQ(preview.state, "ready") << preview.path << ": " << preview.error.value_or("");
}

TEST_P(PreviewJob, linear_light_is_shown_as_it_looks) {
    // 0.214 of linear light is the middle grey of a screen, 127 of 255.
    const std::string exr = media_.linear_exr("grey.exr", 0.214, 64, 64);
    const auto preview = preview_of("grey.exr", exr);
    ASSERT_EQ(preview.state, "ready") << preview.error.value_or("");
    EXPECT_NEAR(media_.mean_grey(bytes_of(preview, "thumbnail")), 127, 4);
}

TEST_P(PreviewJob, movies_get_a_proxy_with_short_groups_at_their_own_rate) {
    for (const std::string rate : {"24000/1001", "24/1", "25/1", "30000/1001", "60000/1001"}) {
        const auto preview = preview_of(
            "a.mov",
            media_.make("a.mov", {"-f", "lavfi", "-i", "testsrc2=s=640x360:r=" + rate, "-frames:v", "49"}));
        ASSERT_EQ(preview.state, "ready") << preview.error.value_or("");
        EXPECT_EQ(preview.kind, "movie");
        const auto manifest = manifest_of(preview);
        EXPECT_EQ(manifest.at("rate").as_string(), rate);
        EXPECT_EQ(manifest.at("frame_count").as_int64(), 49);
        const auto proxy = media_.describe(bytes_of(preview, "proxy"), "mp4");
        EXPECT_EQ(proxy.rate, rate);
        EXPECT_EQ(proxy.frames, 49);
        EXPECT_EQ(proxy.pixels, "yuv420p");
        EXPECT_LE(proxy.longest_group, 12);
        EXPECT_TRUE(proxy.is_fast_start);
        EXPECT_FALSE(bytes_of(preview, "sprites").empty());
        EXPECT_FALSE(bytes_of(preview, "poster").empty());
    }
}

TEST_P(PreviewJob, a_sequence_is_one_thing) {
    std::vector<std::pair<std::string, std::string>> files;
    for (int frame = 1001; frame <= 1012; ++frame) {
        const std::string name = "beauty." + std::to_string(frame) + ".exr";
        files.emplace_back(name, media_.linear_exr(name, 0.02 * (frame - 1000), 64, 36));
    }
    files.emplace_back("notes.txt", "notes");
    const auto version = version_of(files);
    run_worker();
    const auto previews = previews_of(version.id);
    ASSERT_EQ(previews.size(), 2U);
    EXPECT_EQ(previews[0].path, "beauty.1001.exr");
    EXPECT_EQ(previews[0].kind, "sequence");
    EXPECT_EQ(previews[0].pattern, "beauty.%04d.exr");
    EXPECT_EQ(previews[0].frames, "1001-1012");
    const auto manifest = manifest_of(previews[0]);
    EXPECT_EQ(manifest.at("first_frame").as_int64(), 1001);
    EXPECT_EQ(manifest.at("frame_count").as_int64(), 12);
    EXPECT_EQ(media_.describe(bytes_of(previews[0], "proxy"), "mp4").frames, 12);
    for (const auto& one : files_of(version.id))
        if (one.path != "notes.txt") {
            EXPECT_EQ(one.thumbnail_url, previews[0].thumbnail_url);
        }
    const auto nobody = stranger();
    EXPECT_FALSE(database().read(
        [&](database::Tx& tx) { return publish::get_manifest(tx, nobody, address_of(previews[0])); }));
}

TEST_P(PreviewJob, sound_is_shown_as_a_waveform) {
    const auto preview = preview_of("a.wav", media_.make("a.wav", {"-f", "lavfi", "-i", "sine=440:d=1"}));
    ASSERT_EQ(preview.state, "ready") << preview.error.value_or("");
    EXPECT_EQ(preview.kind, "sound");
    EXPECT_TRUE(bytes_of(preview, "waveform").starts_with("\x89PNG"));
    const auto silent_movie =
        preview_of("a.mp4", media_.make("a.mp4", {"-f", "lavfi", "-i", "sine=440:d=1"}));
    EXPECT_EQ(silent_movie.kind, "sound") << silent_movie.error.value_or("");
}

TEST_P(PreviewJob, a_blender_file_shows_the_picture_that_it_carries) {
    const auto preview = preview_of("a.blend", blend_file(32, 16));
    ASSERT_EQ(preview.state, "ready") << preview.error.value_or("");
    EXPECT_EQ(preview.kind, "scene");
}

TEST_P(PreviewJob, the_latest_published_version_gives_the_asset_its_picture_without_a_revision) {
    const auto before = read([&](database::Tx& tx) { return asset::get_asset(tx, owner_, hero_.id); });
    const std::string first =
        media_.make("1.png", {"-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1"});
    const std::string second =
        media_.make("2.png", {"-f", "lavfi", "-i", "color=blue:s=64x64", "-frames:v", "1"});
    const auto one = version_of({{"a.ma", "scene 1"}, {"a.png", first}});
    const auto two = version_of({{"a.ma", "scene 2"}, {"a.png", second}});
    const auto three = version_of({{"a.ma", "scene 3"}});
    run_worker();
    const auto after = read([&](database::Tx& tx) { return asset::get_asset(tx, owner_, hero_.id); });
    ASSERT_TRUE(get(two.id).thumbnail_url);
    EXPECT_NE(get(one.id).thumbnail_url, get(two.id).thumbnail_url);
    EXPECT_EQ(get(three.id).thumbnail_url, std::nullopt);
    EXPECT_EQ(after.thumbnail_url, get(two.id).thumbnail_url);
    EXPECT_EQ(after.revision, before.revision);
}

TEST_P(PreviewJob, equal_bytes_are_looked_at_once_and_again_only_when_asked) {
    const std::string png =
        media_.make("a.png", {"-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1"});
    version_of({{"a.png", png}});
    run_worker();
    const auto made_at = count("select max(made_at) from preview");
    version_of({{"b.png", png}});
    run_worker();
    EXPECT_EQ(count("select max(made_at) from preview"), made_at);
    EXPECT_EQ(must(publish::enqueue_all_previews(database(), false)), 2);
    run_worker();
    EXPECT_EQ(count("select max(made_at) from preview"), made_at);
    must(publish::enqueue_all_previews(database(), true));
    run_worker();
    EXPECT_GT(count("select max(made_at) from preview"), made_at);
    // The outputs that were replaced are gone from the store: two objects of files would be one, and two
    // widths.
    EXPECT_EQ(stored_objects(), 1U + static_cast<std::size_t>(count("select count(*) from preview_output")));
}

} // namespace
} // namespace bifrost::tests
