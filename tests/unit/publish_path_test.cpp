// Paths of files within a version, and sequences of them.

#include <gtest/gtest.h>

#include "services/publish/file_path.hpp"
#include "services/publish/frame_pattern.hpp"

namespace bifrost::publish {
namespace {

TEST(FilePath, paths_that_could_leave_the_folder_or_break_a_disk_are_refused) {
    const std::string long_segment(256, 'a');
    std::string long_path;
    while (long_path.size() <= 1024) long_path += "abc/";
    long_path += "a";
    for (const std::string& path : {std::string(),
                                    std::string("/a"),
                                    std::string("a/"),
                                    std::string("a//b"),
                                    std::string("."),
                                    std::string(".."),
                                    std::string("a/../b"),
                                    std::string("a/."),
                                    std::string("a\\b"),
                                    std::string("a\nb"),
                                    std::string("a\0b", 3),
                                    std::string("a\x7f"),
                                    std::string("\xff\xfe"),
                                    std::string("C:/a"),
                                    std::string("c:"),
                                    std::string("CON"),
                                    std::string("a/nul.txt"),
                                    std::string("Com1.tar.gz"),
                                    std::string("lpt9"),
                                    long_segment,
                                    long_path})
        EXPECT_TRUE(path_fault(path)) << path;
}

TEST(FilePath, other_paths_are_welcome) {
    for (const char* path : {"a", "a.b", ".hidden", "...", "a/b/c.exr", "textures/body diffuse.png",
                             "Königin/ö.ma", "console.txt", "com0", "com10", "nulls", "ab:c", "日本/画.png"})
        EXPECT_EQ(path_fault(path), std::nullopt) << path;
}

TEST(FilePath, keys_fold_the_case) {
    EXPECT_EQ(path_key("Tex/A.PNG"), path_key("tex/a.png"));
    EXPECT_EQ(path_key("Ö"), path_key("ö"));
    EXPECT_NE(path_key("a_b"), path_key("a-b"));
}

TEST(FilePath, media_types_come_from_the_ending) {
    EXPECT_EQ(media_type_of("a/b.PNG"), "image/png");
    EXPECT_EQ(media_type_of("beauty.1001.exr"), "image/x-exr");
    EXPECT_EQ(media_type_of("a.abc"), "application/vnd.alembic");
    EXPECT_EQ(media_type_of("a.zip"), "application/zip");
    EXPECT_EQ(media_type_of("png/readme"), "application/octet-stream");
    EXPECT_EQ(media_type_of("a."), "application/octet-stream");
    EXPECT_TRUE(is_media_type("model/gltf+json"));
    for (const std::string text : {"", "png", "image/", "/png", "image/png; a=b", "image/ png", "a/b/c"})
        EXPECT_FALSE(is_media_type(text)) << text;
}

TEST(FramePattern, no_pattern_is_invented) {
    EXPECT_EQ(find_pattern({}), std::nullopt);
    EXPECT_EQ(find_pattern({{"beauty.exr", 1001}}), std::nullopt);
    EXPECT_EQ(find_pattern({{"a.1.exr", 1}, {"b.2.exr", 2}}), std::nullopt);
    EXPECT_EQ(find_pattern({{"a.01.exr", 1}, {"a.2.exr", 2}}), std::nullopt);
    EXPECT_EQ(find_pattern({{"a.-1.exr", -1}}), std::nullopt);
    EXPECT_EQ(find_pattern({{"12/a.exr", 12}}), std::nullopt) << "a folder is no frame";
}

TEST(FramePattern, the_last_number_of_the_name_that_is_the_frame_counts) {
    EXPECT_EQ(find_pattern({{"sh0010_v003.0999.exr", 999}, {"sh0010_v003.1000.exr", 1000}}),
              "sh0010_v003.%04d.exr");
    EXPECT_EQ(find_pattern({{"a.998.exr", 998}, {"a.1001.exr", 1001}}), "a.%03d.exr");
    EXPECT_EQ(find_pattern({{"a.9.exr", 9}, {"a.10.exr", 10}}), "a.%d.exr");
    EXPECT_EQ(find_pattern({{"100%/f1001.mp4", 1001}}), "100%%/f%04d.mp4");
}

TEST(FramePattern, frames_are_written_as_ranges) {
    EXPECT_EQ(frames_text({1001}), "1001");
    EXPECT_EQ(frames_text({1001, 1002, 1003}), "1001-1003");
    EXPECT_EQ(frames_text({1, 3, 5, 7}), "1-7x2");
    EXPECT_EQ(frames_text({1, 2, 3, 7, 9}), "1-3,7,9");
    EXPECT_EQ(frame_range_of({1, 2, 9}), (FrameRange{1, 9, 1}));
    EXPECT_EQ(frame_range_of({}), std::nullopt);
}

} // namespace
} // namespace bifrost::publish
