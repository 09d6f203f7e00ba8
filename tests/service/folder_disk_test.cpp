// The shared file system: nothing leaves the root or follows a link, whoever changes the disk meanwhile, and
// nothing is replaced.

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/hash.hpp"
#include "production_support.hpp"
#include "services/folder/disk.hpp"
#include "support/temporary_folder.hpp"

namespace bifrost::tests {
namespace {

namespace fs = std::filesystem;
using folder::Disk;

class FolderDisk : public testing::Test {
  protected:
    void write(const fs::path& path, const std::string& bytes) {
        fs::create_directories(path.parent_path());
        std::ofstream(path) << bytes;
    }
    std::string bytes(const fs::path& path) {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    static auto filled(const std::string& text) {
        return [text](const Disk::Sink& sink) { return sink(text.data(), text.size()); };
    }

    TemporaryFolder outside_;
    TemporaryFolder folder_;
    fs::path root_ = folder_.path();
    Disk disk_ = must(Disk::open(root_.string()));
};

TEST_F(FolderDisk, a_root_that_is_none_is_refused) {
    EXPECT_ERROR(Disk::open(""), Errc::conflict);
    EXPECT_ERROR(Disk::open((root_ / "nothing").string()), Errc::unavailable);
    write(root_ / "file", "x");
    EXPECT_ERROR(Disk::open((root_ / "file").string()), Errc::unavailable);
}

TEST_F(FolderDisk, names_that_lead_up_or_nowhere_are_refused) {
    const std::vector<std::string> bad = {
        "..", "../x", "a/../b", "/etc", "a//b", "a/", ".", "a/./b", std::string("a\0b", 3)};
    for (const auto& path : bad) {
        EXPECT_ERROR(disk_.make_folders(path), Errc::invalid);
        EXPECT_ERROR(disk_.open_file(path), Errc::invalid);
        EXPECT_ERROR(disk_.write_file(path, filled("x")), Errc::invalid);
        EXPECT_ERROR(disk_.move(path, "y"), Errc::invalid);
        EXPECT_ERROR(disk_.move("y", path), Errc::invalid);
    }
    EXPECT_FALSE(fs::exists(outside_.path() / "x"));
}

TEST_F(FolderDisk, links_are_not_followed_anywhere_on_the_way) {
    write(outside_.path() / "secret", "secret");
    fs::create_directory_symlink(outside_.path(), root_ / "out");
    fs::create_symlink(outside_.path() / "secret", root_ / "link");
    fs::create_directory(root_ / "inside");
    fs::create_directory_symlink("inside", root_ / "in");
    write(root_ / "file", "x");
    for (const std::string at : {"out", "in"}) {
        EXPECT_ERROR(disk_.make_folders(at + "/new"), Errc::conflict);
        EXPECT_ERROR(disk_.write_file(at + "/new", filled("x")), Errc::conflict);
        EXPECT_ERROR(disk_.move("file", at + "/new"), Errc::conflict);
        EXPECT_ERROR(disk_.open_folder(at), Errc::conflict);
    }
    EXPECT_ERROR(disk_.open_file("out/secret"), Errc::conflict);
    EXPECT_ERROR(disk_.open_file("link"), Errc::conflict);
    EXPECT_ERROR(disk_.stat_file("link"), Errc::conflict);
    EXPECT_ERROR(disk_.move("out/secret", "mine"), Errc::conflict);
    EXPECT_ERROR(disk_.write_file("link", filled("x")), Errc::conflict);
    EXPECT_EQ(bytes(outside_.path() / "secret"), "secret");
    EXPECT_EQ(std::distance(fs::directory_iterator(outside_.path()), {}), 1);
}

TEST_F(FolderDisk, nothing_is_ever_replaced) {
    write(root_ / "a", "a");
    write(root_ / "b", "b");
    EXPECT_ERROR(disk_.move("a", "b"), Errc::conflict);
    EXPECT_ERROR(disk_.write_file("b", filled("c")), Errc::conflict);
    EXPECT_ERROR(disk_.make_folders("b/c"), Errc::conflict);
    EXPECT_EQ(bytes(root_ / "b"), "b");
    EXPECT_EQ(std::distance(fs::directory_iterator(root_), {}), 2);
}

TEST_F(FolderDisk, a_file_that_can_not_be_filled_leaves_nothing) {
    EXPECT_ERROR(disk_.write_file("a/b",
                                  [](const Disk::Sink& sink) -> Result<> {
                                      BIFROST_CHECK(sink("half", 4));
                                      return Error{Errc::unavailable, "The store is away."};
                                  }),
                 Errc::unavailable);
    EXPECT_TRUE(fs::is_empty(root_ / "a"));
}

TEST_F(FolderDisk, what_is_no_file_is_not_opened) {
    ASSERT_EQ(::mkfifo((root_ / "pipe").c_str(), 0600), 0);
    EXPECT_ERROR(disk_.open_file("pipe"), Errc::conflict);
    fs::create_directory(root_ / "folder");
    EXPECT_ERROR(disk_.open_file("folder"), Errc::conflict);
    EXPECT_ERROR(disk_.open_file("nothing"), Errc::not_found);
    EXPECT_FALSE(*disk_.stat_file("nothing/at/all"));
}

TEST_F(FolderDisk, folders_files_and_moves_go_where_they_should) {
    EXPECT_EQ(must(disk_.make_folders("a/b/c")), 3);
    EXPECT_EQ(must(disk_.make_folders("a/b/d")), 1);
    const auto state = must(disk_.write_file("a/e/file", filled("bytes")));
    EXPECT_EQ(state.size, 5);
    must(disk_.move("a/e/file", "x/y/z"));
    EXPECT_EQ(must(disk_.stat_file("x/y/z")), state);
    const auto hashed = must(Disk::hash(must(disk_.open_file("x/y/z")), [] { return false; }));
    EXPECT_EQ(hashed.first, sha256_hex("bytes"));
    must(disk_.make_link("a/e/file", "x/y/z"));
    EXPECT_EQ(bytes(root_ / "a/e/file"), "bytes");
}

TEST_F(FolderDisk, a_folder_that_turns_into_a_link_all_the_time_never_leads_outside) {
    std::atomic<bool> over = false;
    std::thread swapper([&] {
        const fs::path at = root_ / "swap";
        while (!over) {
            std::error_code failure;
            fs::create_directory(at, failure);
            fs::rename(at, root_ / "aside", failure);
            fs::create_directory_symlink(outside_.path(), at, failure);
            fs::remove(at, failure);
            fs::remove_all(root_ / "aside", failure);
        }
    });
    for (int i = 0; i < 2'000; ++i) {
        const std::string name = "swap/" + std::to_string(i);
        (void)disk_.make_folders(name);
        (void)disk_.write_file(name + "f", filled("x"));
    }
    over = true;
    swapper.join();
    EXPECT_TRUE(fs::is_empty(outside_.path()));
}

} // namespace
} // namespace bifrost::tests
