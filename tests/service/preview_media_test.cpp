// Media as studios have them, each through the job to what it must come to: movies frame by frame, pictures
// in their colours, packages with the picture that they carry, and what is broken or made to harm.

#include <map>

#include <gmock/gmock.h>

#include "preview_support.hpp"

namespace bifrost::tests {
namespace {

using testing::HasSubstr;

class PreviewMedia : public PreviewTest {
  protected:
    /// The picture of one frame, by ffmpeg's source of that name.
    std::string still(const std::string& name, const std::string& source, const std::string& pixels) {
        return media_.make(name, {"-f", "lavfi", "-i", source, "-frames:v", "1", "-pix_fmt", pixels});
    }
    std::string orange() { return still("orange.png", "color=0xe08040:s=64x64", "rgb24"); }
    void expect_frames(const publish::Preview& preview, int frames, const std::string& rate) {
        ASSERT_EQ(preview.state, "ready") << preview.path << ": " << preview.error.value_or("");
        const auto manifest = manifest_of(preview);
        EXPECT_EQ(manifest.at("rate").as_string(), rate) << preview.path;
        EXPECT_EQ(manifest.at("frame_count").as_int64(), frames) << preview.path;
        const std::string proxy = bytes_of(preview, "proxy");
        const auto description = media_.describe(proxy, "mp4");
        EXPECT_EQ(description.frames, frames) << preview.path;
        EXPECT_EQ(description.rate, rate) << preview.path;
        for (const int frame : {0, 1, frames / 2, frames - 1})
            EXPECT_EQ(media_.number_of(proxy, frame), frame) << preview.path;
        EXPECT_EQ(media_.number_of(bytes_of(preview, "poster")), frames / 3) << preview.path;
        const auto& sheet = manifest.at("sprites").as_object();
        const auto columns = sheet.at("columns").as_int64();
        const auto step = sheet.at("step").as_int64();
        const auto width = sheet.at("tile_width").as_int64();
        const auto height = sheet.at("tile_height").as_int64();
        const std::string sprites = bytes_of(preview, "sprites");
        for (const std::int64_t tile :
             {std::int64_t{0}, std::int64_t{13}, sheet.at("count").as_int64() - 1}) {
            const std::string crop = std::to_string(width) + ":" + std::to_string(height) + ":" +
                                     std::to_string(tile % columns * width) + ":" +
                                     std::to_string(tile / columns * height);
            EXPECT_EQ(media_.number_of(sprites, 0, crop), tile * step) << preview.path << " tile " << tile;
        }
    }
};
INSTANTIATE_FOR_BOTH_DATABASES(PreviewMedia);

struct NumberedMovie {
    std::string name;
    std::string rate;
    int frames;
    std::vector<std::string> encoding;
};

TEST_P(PreviewMedia, every_frame_of_a_proxy_is_the_frame_of_that_number) {
    const std::vector<NumberedMovie> movies = {
        {"a.mov", "24000/1001", 61, {"-c:v", "libx264", "-bf", "3", "-g", "60"}},
        {"b.mp4", "24/1", 250, {"-c:v", "libx264"}},
        {"c.mov", "25/1", 50, {"-c:v", "prores_ks", "-pix_fmt", "yuv422p10le"}},
        {"d.mxf", "30000/1001", 45, {"-c:v", "mpeg2video", "-q:v", "2", "-bf", "2"}},
        {"e.mov", "60000/1001", 120, {"-c:v", "libx264", "-pix_fmt", "yuv444p"}},
        {"f.mov", "24/1", 48, {"-c:v", "prores_ks", "-pix_fmt", "yuva444p10le"}},
    };
    std::vector<std::pair<std::string, std::string>> files;
    for (const auto& movie : movies)
        files.emplace_back(movie.name, media_.make(movie.name, MediaFiles::numbered(movie.rate, movie.frames,
                                                                                    movie.encoding)));
    const auto version = version_of(files);
    run_worker();
    const auto previews = previews_of(version.id);
    ASSERT_EQ(previews.size(), movies.size());
    for (std::size_t i = 0; i < movies.size(); ++i)
        expect_frames(previews[i], movies[i].frames, movies[i].rate);
}

TEST_P(PreviewMedia, every_frame_of_a_sequence_is_the_frame_of_that_number) {
    const int frames = 30;
    const auto files = media_.make_frames("shot", 1001, MediaFiles::numbered("24/1", frames));
    const auto version = version_of(files);
    run_worker();
    const auto previews = previews_of(version.id);
    ASSERT_EQ(previews.size(), 1U);
    ASSERT_EQ(previews[0].state, "ready") << previews[0].error.value_or("");
    const std::string proxy = bytes_of(previews[0], "proxy");
    EXPECT_EQ(manifest_of(previews[0]).at("first_frame").as_int64(), 1001);
    for (const int frame : {0, frames / 2, frames - 1}) EXPECT_EQ(media_.number_of(proxy, frame), frame);
}

TEST_P(PreviewMedia, colours_are_shown_as_they_look) {
    const std::string png = orange();
    const std::vector<std::pair<std::string, std::string>> files = {
        {"a-wide-gamut.png", media_.in_profile(png, "p3")},
        {"b-16-bit.png", still("16.png", "color=0xe08040:s=64x64", "rgb48be")},
        {"c-16-bit.tif", still("16.tif", "color=0xe08040:s=64x64", "rgb48le")},
        {"d-quality.jpg", media_.convert(png, "orange.png", "orange.jpg")},
        {"e.webp", media_.convert(png, "orange.png", "orange.webp")},
        {"f-alpha.png", still("alpha.png", "color=0xe08040:s=64x64", "rgba64be")},
        {"g-10-bit.dpx", still("ten.dpx", "color=0xe08040:s=64x64", "gbrp10be")},
        {"h-large.jpg", still("large.jpg", "color=0xe08040:s=7680x4320", "yuvj444p")},
        {"i-layered.psd", psd(64, 64, "\xe0\x80\x40")},
        {"j-drawn.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='64' height='64'>"
                        "<rect width='64' height='64' fill='#e08040'/></svg>"},
        {"k-one-pixel.png", still("one.png", "color=0xe08040:s=2x2,format=rgb24,crop=1:1", "rgb24")},
        {"l-linear.exr", still("linear.exr", "color=0xbe370d:s=64x64,format=gbrp", "gbrpf32le")},
        {"m-radiance.hdr", media_.linear(png, "orange.png", "linear.hdr")},
        {"n-linear-float.tif", media_.linear(png, "orange.png", "linear.tif")},
    };
    const auto version = version_of(files);
    run_worker();
    for (const auto& preview : previews_of(version.id)) {
        ASSERT_EQ(preview.state, "ready") << preview.path << ": " << preview.error.value_or("");
        const auto colour = media_.pixel(bytes_of(preview, "thumbnail"), 0, 0);
        EXPECT_NEAR(colour[0], 0xe0, 6) << preview.path;
        EXPECT_NEAR(colour[1], 0x80, 6) << preview.path;
        EXPECT_NEAR(colour[2], 0x40, 6) << preview.path;
    }
}

TEST_P(PreviewMedia, grey_is_shown_as_grey) {
    const auto version = version_of({
        {"a-8.png", still("8.png", "color=0x959595:s=64x64", "gray")},
        {"b-16.png", still("16.png", "color=0x959595:s=64x64", "gray16be")},
        {"c-alpha.png", still("alpha.png", "color=0x959595:s=64x64", "ya8")},
        {"d.jpg", still("grey.jpg", "color=0x959595:s=64x64", "gray")},
    });
    run_worker();
    for (const auto& preview : previews_of(version.id)) {
        ASSERT_EQ(preview.state, "ready") << preview.path << ": " << preview.error.value_or("");
        for (const int band : media_.pixel(bytes_of(preview, "thumbnail"), 0, 0))
            EXPECT_NEAR(band, 0x95, 4) << preview.path;
    }
}

TEST_P(PreviewMedia, a_scene_shows_the_picture_that_it_carries) {
    const std::string png = orange();
    const std::string blend = blend_file(48, 32);
    const auto version = version_of({
        {"a.blend", blend},
        {"b-old.blend", media_.packed(blend, "gzip")},
        {"c-new.blend", media_.packed(blend, "zstd")},
        {"d-newest.blend", media_.packed(wide_blend_file(48, 32), "zstd")},
        {"e.usdz",
         zip({{"scene.usdc", "PXR-USDC"}, {"0/normal.png", "no picture"}, {"0/thumbnail.png", png}})},
        {"f.glb", glb(png)},
        {"g-drawn.svgz.gz",
         media_.packed("<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'/>", "gzip")},
    });
    run_worker();
    for (const auto& preview : previews_of(version.id)) {
        if (preview.path.starts_with("g-")) {
            EXPECT_EQ(preview.state, "none");
            continue;
        }
        ASSERT_EQ(preview.state, "ready") << preview.path << ": " << preview.error.value_or("");
        EXPECT_EQ(preview.kind, "scene") << preview.path;
        if (preview.path == "e.usdz" || preview.path == "f.glb") {
            EXPECT_NEAR(media_.pixel(bytes_of(preview, "thumbnail"), 9, 9)[0], 0xe0, 6) << preview.path;
        }
    }
}

TEST_P(PreviewMedia, a_picture_beside_a_scene_stands_for_it) {
    const std::string png = orange();
    auto scene = file("hero.ma", "//Maya ASCII");
    auto picture = file("hero.preview.png", png);
    picture["role"] = "preview";
    auto surface = file("wood.png", still("wood.png", "color=green:s=64x64", "rgb24"));
    surface["role"] = "texture";
    const auto version = publish_one(create(model_.id, object{{"files", array{scene, surface, picture}}}).id);
    run_worker();
    for (const auto& one : previews_of(version.id)) {
        if (one.role == "preview") {
            EXPECT_EQ(get(version.id).thumbnail_url, one.thumbnail_url);
        }
    }
}

TEST_P(PreviewMedia, bombs_and_broken_packages_end_within_their_limits) {
    preview_options_.limits.picture.deadline = 20s;
    const std::string png = orange();
    const std::string bomb = media_.packed("BLENDER-v300DATA" + std::string(64 << 20, '\0'), "gzip");
    std::string lying_glb = glb(png);
    lying_glb.replace(lying_glb.find("\"byteLength\":") + 13, 3, "999");
    std::string lying_usdz = zip({{"scene.usdc", "PXR-USDC"}, {"a.png", png}});
    lying_usdz.replace(lying_usdz.rfind("PK\x05\x06") + 16, 4, "\xff\xff\xff\x7f");
    const std::string nested =
        zip({{"1.zip", zip({{"2.zip", zip({{"3.zip", std::string(1 << 20, '\0')}})}})}});
    const auto version = version_of({
        {"a.blend", bomb},
        {"b-nested.zip", nested},
        {"c-nested.usdz", zip({{"scene.usdc", nested}, {"thumbnail.png", nested}})},
        {"d.usdz", lying_usdz},
        {"e.glb", lying_glb.substr(0, lying_glb.size() / 2)},
        {"f.glb", "glTF" + std::string("\2\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", 12) + "JSON{"},
        {"g.blend", media_.packed(blend_file(48, 32), "zstd").substr(0, 40)},
        {"h.blend", "BLENDER-v300TEST" + std::string(4, '\xff') + std::string(40, 'x')},
        {"i.zip", "PK\3\4" + std::string(2000, '\xff')},
        {"j.zst", std::string("\x28\xb5\x2f\xfd") + std::string(500, '\xff')},
    });
    run_worker();
    for (const auto& preview : previews_of(version.id))
        EXPECT_EQ(preview.state, "none") << preview.path << ": " << preview.error.value_or("");
    EXPECT_EQ(get(version.id).preview_state, "none");
}

TEST_P(PreviewMedia, files_that_lie_or_break_off_come_to_what_can_be_seen_of_them) {
    const std::string movie =
        media_.make("m.mp4", MediaFiles::numbered("24/1", 48, {"-movflags", "+faststart"}));
    const std::string mxf = media_.make("m.mxf", MediaFiles::numbered("24/1", 48, {"-c:v", "mpeg2video"}));
    const std::string png = still("test.png", "testsrc2=s=640x480", "rgb24");
    const std::string outside =
        "<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
        "<svg xmlns='http://www.w3.org/2000/svg' width='64' height='64'>"
        "<image href='/etc/passwd' width='9' height='9'/><text y='20'>&x;</text></svg>";
    const auto version = version_of({
        {"a-movie.jpg", movie},
        {"b-picture.mov", png},
        {"c-half.mp4", movie.substr(0, movie.size() / 2)},
        {"d-half.mxf", mxf.substr(0, mxf.size() / 2)},
        {"e-half.png", png.substr(0, png.size() / 2)},
        {"f-sound.mov", media_.make("s.mov", {"-f", "lavfi", "-i", "sine=440:d=1"})},
        {"g.wav", media_.make("s.wav", {"-f", "lavfi", "-i", "sine=440:d=1"})},
        {"h-outside.svg", outside},
        {"i-words.mp4", media_.make("w.mp4", {"-f", "lavfi", "-i", "color=black:s=64x64:d=1", "-c:v",
                                              "libx264", "-metadata", "title=<b>movie</b>"})},
    });
    run_worker();
    std::map<std::string, publish::Preview> by_path;
    for (auto& preview : previews_of(version.id)) by_path.emplace(preview.path, preview);
    const auto kind_of = [&](const std::string& path) {
        return by_path.at(path).kind.value_or("") + " " + by_path.at(path).state;
    };
    EXPECT_EQ(kind_of("a-movie.jpg"), "movie ready");
    EXPECT_EQ(kind_of("b-picture.mov"), "image ready");
    EXPECT_EQ(kind_of("e-half.png"), "image failed"); // a part of a picture would look like the whole
    EXPECT_THAT(by_path.at("e-half.png").error.value_or(""), HasSubstr("breaks off"));
    EXPECT_EQ(kind_of("f-sound.mov"), "sound ready");
    EXPECT_EQ(kind_of("g.wav"), "sound ready");
    EXPECT_EQ(kind_of("i-words.mp4"), "movie ready");
    for (const std::string half : {"c-half.mp4", "d-half.mxf", "h-outside.svg"}) {
        const auto& preview = by_path.at(half);
        EXPECT_THAT(preview.state, testing::AnyOf("ready", "failed")) << half;
        EXPECT_EQ(preview.error.has_value(), preview.state == "failed") << half;
        EXPECT_THAT(preview.error.value_or(""), testing::Not(HasSubstr("/"))) << half;
    }
}

TEST_P(PreviewMedia, a_failed_preview_is_made_anew_when_someone_asks) {
    preview_options_.limits.most_pixels = 100;
    const auto version = version_of({{"a.png", orange()}, {"notes.txt", "notes"}});
    run_worker();
    EXPECT_EQ(get(version.id).preview_state, "failed");
    const auto ask = [&](const access::Actor& actor) {
        return try_write(actor,
                         [&](access::Call& call) { return publish::remake_previews(call, version.id); });
    };
    EXPECT_EQ(ask(stranger()).error().code, Errc::not_found);
    preview_options_.limits.most_pixels = 1 << 30;
    ASSERT_TRUE(ask(owner_));
    EXPECT_EQ(get(version.id).preview_state, "pending");
    EXPECT_EQ(get(version.id).preview_error, std::nullopt);
    EXPECT_EQ(previews_of(version.id)[0].state, "pending");
    EXPECT_EQ(previews_of(version.id)[0].error, std::nullopt);
    run_worker();
    EXPECT_EQ(get(version.id).preview_state, "ready");
    EXPECT_EQ(previews_of(version.id)[0].state, "ready");
    EXPECT_EQ(previews_of(version.id)[1].state, "none");
}

TEST_P(PreviewMedia, only_what_is_published_has_previews_to_make) {
    const auto draft = create(model_.id, object{{"files", array{}}});
    const auto asked =
        try_write(owner_, [&](access::Call& call) { return publish::remake_previews(call, draft.id); });
    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().code, Errc::conflict);
}

} // namespace
} // namespace bifrost::tests
