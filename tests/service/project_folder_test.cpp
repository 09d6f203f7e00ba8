// Published versions as files at paths.

#include <fstream>
#include <thread>

#include <sys/stat.h>

#include "local_store_support.hpp"
#include "storage/shared_files/project_folder.hpp"

namespace bifrost::storage {
namespace {

namespace fs = std::filesystem;

class ProjectFolderTest : public LocalStoreTest {
  protected:
    void SetUp() override { fs::create_directory(projects_); }

    PlacedFile file(const std::string& path, const std::string& bytes) {
        const std::string key = "ab/f" + std::to_string(++count_);
        put(*store_, key, bytes);
        return {path, {sha256_hex(bytes), static_cast<std::int64_t>(bytes.size()), key}};
    }
    PlacedVersion version() {
        return {"bar/hero/model/v003",
                "id",
                {file("a.ma", "scene"), file("tex/wood.png", "wood"), file("empty", "")}};
    }
    Result<> materialise(const PlacedVersion& version, SharedCache* cache = nullptr) {
        ProjectFolder folder(projects_, *store_, cache);
        return folder.materialise(version, [](std::int64_t) -> Result<> { return {}; });
    }
    [[nodiscard]] fs::path at(const std::string& path) const {
        return projects_ / "bar/hero/model/v003" / path;
    }
    [[nodiscard]] static unsigned mode_of(const fs::path& path) {
        struct stat about {};
        return ::stat(path.c_str(), &about) == 0 ? about.st_mode & 07777U : 0;
    }
    [[nodiscard]] bool nothing_is_being_made() const {
        return !fs::exists(projects_ / ".making") || fs::is_empty(projects_ / ".making");
    }

    fs::path projects_ = folder_.path() / "projects";
    int count_ = 0;
};

TEST_F(ProjectFolderTest, a_version_with_a_file_that_is_not_what_it_should_be_does_not_appear) {
    auto wrong = version();
    wrong.files[1].object.sha256 = sha256_hex("other");
    EXPECT_EQ(code_of(materialise(wrong)), Errc::invalid);
    EXPECT_FALSE(fs::exists(projects_ / "bar/hero/model/v003"));
    EXPECT_TRUE(nothing_is_being_made());
    wrong = version();
    wrong.files[2].object.key = "ab/none";
    EXPECT_EQ(code_of(materialise(wrong)), Errc::not_found);
    EXPECT_FALSE(fs::exists(projects_ / "bar/hero/model/v003"));
}

TEST_F(ProjectFolderTest, paths_that_lead_out_are_refused) {
    for (const char* path : {"../a", "/a", "a/../../b", "", "a/./b"}) {
        auto wrong = version();
        wrong.files[0].path = path;
        EXPECT_EQ(code_of(materialise(wrong)), Errc::invalid) << path;
        wrong = version();
        wrong.folder = path;
        EXPECT_EQ(code_of(materialise(wrong)), Errc::invalid) << path;
    }
}

TEST_F(ProjectFolderTest, a_root_that_is_not_mounted_is_not_made) {
    fs::remove(projects_);
    EXPECT_EQ(code_of(materialise(version())), Errc::unavailable);
    EXPECT_FALSE(fs::exists(projects_));
}

TEST_F(ProjectFolderTest, a_version_appears_whole_and_read_only) {
    ASSERT_TRUE(materialise(version()));
    EXPECT_EQ(read_whole(at("a.ma")), "scene");
    EXPECT_EQ(read_whole(at("tex/wood.png")), "wood");
    EXPECT_EQ(mode_of(at("tex/wood.png")), 0444U);
    EXPECT_TRUE(fs::exists(at("empty")));
    EXPECT_TRUE(nothing_is_being_made());
}

TEST_F(ProjectFolderTest, asked_for_again_it_puts_right_what_is_missing_or_damaged_and_leaves_the_rest) {
    const auto one = version();
    ASSERT_TRUE(materialise(one));
    const auto before = fs::last_write_time(at("empty"));
    fs::remove(at("a.ma"));
    fs::permissions(at("tex/wood.png"), fs::perms(0644));
    std::ofstream(at("tex/wood.png")) << "dooW";
    std::ofstream(at("notes.txt")) << "somebody's";
    ASSERT_TRUE(materialise(one));
    EXPECT_EQ(read_whole(at("a.ma")), "scene");
    EXPECT_EQ(read_whole(at("tex/wood.png")), "wood");
    EXPECT_EQ(mode_of(at("tex/wood.png")), 0444U);
    EXPECT_EQ(read_whole(at("notes.txt")), "somebody's");
    EXPECT_EQ(fs::last_write_time(at("empty")), before);
}

TEST_F(ProjectFolderTest, two_workers_with_the_same_version_both_succeed) {
    const auto one = version();
    std::vector<std::thread> threads;
    std::atomic<int> good{0};
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            if (materialise(one)) ++good;
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(good, 4);
    EXPECT_EQ(read_whole(at("a.ma")), "scene");
    EXPECT_TRUE(nothing_is_being_made());
}

TEST_F(ProjectFolderTest, objects_of_the_cache_are_linked_and_survive_its_eviction) {
    SharedCache cache({projects_ / ".cache", 1 << 20, kSigningKey}, *store_);
    const auto one = version();
    for (const auto& file : one.files) ASSERT_TRUE(cache.fill(file.object));
    for (const auto& file : one.files)
        ASSERT_TRUE(store_->remove(file.object.key)) << "the store isn't asked";
    ASSERT_TRUE(materialise(one, &cache));
    fs::remove_all(projects_ / ".cache");
    EXPECT_EQ(read_whole(at("a.ma")), "scene");
}

TEST_F(ProjectFolderTest, a_damaged_object_of_the_cache_is_found_by_its_hash_and_fetched_from_the_store) {
    SharedCache cache({projects_ / ".cache", 1 << 20, kSigningKey}, *store_);
    const auto one = version();
    ASSERT_TRUE(cache.fill(one.files[0].object));
    const auto& sha256 = one.files[0].object.sha256;
    const fs::path cached = projects_ / ".cache/objects" / sha256.substr(0, 2) / sha256;
    fs::permissions(cached, fs::perms(0644));
    std::ofstream(cached) << "enecs";
    ASSERT_TRUE(materialise(one, &cache));
    EXPECT_EQ(read_whole(at("a.ma")), "scene");
    EXPECT_FALSE(fs::exists(cached));
}

TEST_F(ProjectFolderTest, a_job_that_shall_stop_leaves_nothing) {
    ProjectFolder folder(projects_, *store_, nullptr);
    const auto stopped = folder.materialise(version(), [](std::int64_t) -> Result<> {
        return Error{Errc::unavailable, "stop"};
    });
    EXPECT_EQ(code_of(stopped), Errc::unavailable);
    EXPECT_FALSE(fs::exists(projects_ / "bar"));
    EXPECT_TRUE(nothing_is_being_made());
}

TEST_F(ProjectFolderTest, a_root_that_may_not_be_written_is_unavailable_and_unchanged) {
    // As root finds it on a volume that squashes it.
    const auto one = version();
    fs::permissions(projects_, fs::perms(0555));
    const int status = run_child([&] {
        if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(9);
        const auto made = materialise(one);
        ::_exit(!made && made.error().code == Errc::unavailable ? 0 : 1);
    });
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(fs::is_empty(projects_));
    fs::permissions(projects_, fs::perms(0755));
}

} // namespace
} // namespace bifrost::storage
