#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "client/credentials.hpp"
#include "client/ingest/ingest_cache.hpp"
#include "client/ingest/tree.hpp"
#include "client/transfer/hash_pool.hpp"
#include "client/transfer/local_file.hpp"
#include "client/transfer/object_cache.hpp"
#include "client/transfer/range_file.hpp"
#include "client/transfer/upload_journal.hpp"
#include "core/hash.hpp"
#include "support/temporary_folder.hpp"

namespace bifrost::client {
namespace {

void write(const std::filesystem::path& path, std::string_view text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << text;
}

std::string read(const std::filesystem::path& path) { return *read_text(path); }

TEST(LocalFile, folders_absent_files_and_devices_are_no_files_to_hash) {
    const tests::TemporaryFolder folder;
    EXPECT_EQ(hash_file(folder.path()).error().code, Errc::invalid);
    EXPECT_EQ(hash_file(folder.path() / "none").error().code, Errc::not_found);
    EXPECT_EQ(stamp_of("/dev/null").error().code, Errc::invalid);
}

TEST(LocalFile, a_file_that_changes_while_it_is_read_is_named) {
    const tests::TemporaryFolder folder;
    const auto path = folder.path() / "growing";
    write(path, std::string(600'000, 'a'));
    const auto hashed = hash_file(path, [&](std::int64_t) { std::ofstream{path, std::ios::app} << 'b'; });
    ASSERT_FALSE(hashed);
    EXPECT_EQ(hashed.error().code, Errc::conflict);
    EXPECT_NE(hashed.error().detail.find("growing changed while it was being read"), std::string::npos);
}

TEST(LocalFile, many_files_are_hashed_and_waited_for) {
    const tests::TemporaryFolder folder;
    HashPool pool;
    std::mutex mutex;
    std::map<int, std::string> hashes;
    for (int i = 0; i < 50; ++i) {
        const auto path = folder.path() / std::to_string(i);
        write(path, std::to_string(i));
        pool.add(path, [&, i](const Result<HashedFile>& hashed) {
            const std::scoped_lock lock{mutex};
            hashes[i] = hashed->sha256;
        });
    }
    pool.wait();
    ASSERT_EQ(hashes.size(), 50U);
    EXPECT_EQ(hashes[7], sha256_hex("7"));
}

TEST(LocalFile, writing_replaces_in_one_step_and_leaves_no_half) {
    const tests::TemporaryFolder folder;
    const auto path = folder.path() / "a/b/file";
    ASSERT_TRUE(write_atomically(path, "one", true));
    ASSERT_TRUE(write_atomically(path, "two", true));
    EXPECT_EQ(read(path), "two");
    struct stat info {};
    ::stat(path.c_str(), &info);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
    write(folder.path() / "blocked", "");
    EXPECT_FALSE(write_atomically(folder.path() / "blocked/file", "x"));
    std::size_t entries = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator{path.parent_path()})
        ++entries;
    EXPECT_EQ(entries, 1U);
}

TEST(LocalFile, a_copy_is_its_own_file_and_a_link_is_the_same_read_only_one) {
    const tests::TemporaryFolder folder;
    const auto source = folder.path() / "source";
    write(source, "bytes");
    ::chmod(source.c_str(), 0444);
    ASSERT_TRUE(place_file(source, folder.path() / "x/copy", CopyWay::copy));
    std::ofstream{folder.path() / "x/copy", std::ios::app} << "!";
    EXPECT_EQ(read(source), "bytes");
    const auto link = folder.path() / "x/link";
    ASSERT_TRUE(place_file(source, link, CopyWay::hard_link));
    ASSERT_TRUE(place_file(source, link, CopyWay::hard_link)); // again, over itself
    EXPECT_EQ(stamp_of(link)->inode, stamp_of(source)->inode);
    std::size_t entries = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator{folder.path() / "x"})
        ++entries;
    EXPECT_EQ(entries, 2U);
}

TEST(ObjectCache, a_damaged_object_is_thrown_away) {
    const tests::TemporaryFolder folder;
    const ObjectCache cache{folder.path()};
    const std::string hash = sha256_hex("good");
    write(cache.unfinished(hash), "good");
    ASSERT_TRUE(cache.adopt(cache.unfinished(hash), hash));
    EXPECT_TRUE(cache.accept(hash, 4, hash_file(cache.object(hash))));
    ::chmod(cache.object(hash).c_str(), 0644);
    write(cache.object(hash), "evil");
    EXPECT_FALSE(cache.accept(hash, 4, hash_file(cache.object(hash))));
    EXPECT_FALSE(std::filesystem::exists(cache.object(hash)));
}

TEST(RangeFile, finished_ranges_survive_and_two_programs_do_not_share_one) {
    const tests::TemporaryFolder folder;
    const auto path = folder.path() / "downloads/x";
    {
        auto file = RangeFile::open(path, 25, 10);
        ASSERT_TRUE(file);
        EXPECT_EQ((*file)->missing().size(), 3U);
        ASSERT_TRUE((*file)->write(10, "0123456789"));
        ASSERT_TRUE((*file)->finish({10, 10}));
        EXPECT_EQ(RangeFile::open(path, 25, 10).error().code, Errc::conflict);
    }
    std::ofstream{path.string() + ".ranges", std::ios::app} << "10 0"; // torn by a crash
    const auto again = RangeFile::open(path, 25, 10);
    ASSERT_TRUE(again);
    const auto missing = (*again)->missing();
    ASSERT_EQ(missing.size(), 2U);
    EXPECT_EQ(missing[1].offset, 20);
    EXPECT_EQ(missing[1].length, 5);
    (*again)->remove();
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(UploadJournal, another_file_size_or_site_is_another_upload) {
    const tests::TemporaryFolder folder;
    const UploadJournal journal{folder.path(), "http://a", "p"};
    HashedFile file{sha256_hex("x"), {UploadJournal::kLeastSize, 5, 5, 5}};
    journal.remember("/x", file, "upload-1");
    EXPECT_EQ(journal.find("/x", file), "upload-1");
    EXPECT_FALSE(UploadJournal(folder.path(), "http://b", "p").find("/x", file));
    EXPECT_FALSE(journal.find("/y", file));
    HashedFile touched = file;
    touched.stamp.modified_ns = 6;
    EXPECT_FALSE(journal.find("/x", touched));
    journal.forget("/x", file);
    EXPECT_FALSE(journal.find("/x", file));
    write(folder.path() / "broken.json", "{");
}

TEST(IngestCache, what_was_learnt_is_there_again_unless_the_rules_changed) {
    const tests::TemporaryFolder folder;
    auto cache = IngestCache::load(folder.path(), "s", "p", "/root", "rules");
    const FileStamp stamp{3, 100, 100, 7};
    cache.set("a/b.xml", {stamp, sha256_hex("a"), {{0, "x\ty\nz\\"}, {2, "t.png"}}});
    cache.set("racy", {{3, 900, 900, 8}, sha256_hex("r"), {}});
    cache.set_manifest("v1", "m1");
    ASSERT_TRUE(cache.save(900));

    const auto again = IngestCache::load(folder.path(), "s", "p", "/root", "rules");
    const auto* known = again.find("a/b.xml", stamp);
    ASSERT_NE(known, nullptr);
    EXPECT_EQ(known->references, (std::vector<std::pair<int, std::string>>{{0, "x\ty\nz\\"}, {2, "t.png"}}));
    EXPECT_EQ(again.find("a/b.xml", {3, 101, 100, 7}), nullptr);
    EXPECT_EQ(again.find("racy", {3, 900, 900, 8}), nullptr); // written too close to the scan
    EXPECT_EQ(again.find_manifest("v1"), "m1");

    const auto others = IngestCache::load(folder.path(), "s", "p", "/root", "other rules");
    EXPECT_EQ(others.find("a/b.xml", stamp), nullptr);
    EXPECT_EQ(others.find_manifest("v1"), "m1");
    EXPECT_FALSE(IngestCache::load(folder.path(), "s", "p2", "/root", "rules").find_manifest("v1"));
}

TEST(IngestCache, a_damaged_file_is_as_good_as_none) {
    const tests::TemporaryFolder folder;
    auto cache = IngestCache::load(folder.path(), "s", "p", "/r", "");
    cache.set_manifest("v1", "m1");
    ASSERT_TRUE(cache.save(0));
    const auto path = std::filesystem::directory_iterator { folder.path() } -> path();
    for (const char* text :
         {"", "garbage", "bifrost-ingest-1\tx\nF\t1\t2\n", "bifrost-ingest-1\tx\nQ\t1\n"}) {
        write(path, text);
        EXPECT_FALSE(IngestCache::load(folder.path(), "s", "p", "/r", "").find_manifest("v1")) << text;
    }
}

TEST(Tree, links_out_of_the_folder_are_left_out_and_those_within_are_files) {
    const tests::TemporaryFolder folder;
    const auto root = folder.path() / "root";
    write(root / "a/file", "x");
    write(folder.path() / "outside", "secret");
    std::filesystem::create_symlink("a/file", root / "inside");
    std::filesystem::create_symlink(folder.path() / "outside", root / "leak");
    std::filesystem::create_symlink("nowhere", root / "dangling");
    std::filesystem::create_directory_symlink(".", root / "loop");
    ::mkfifo((root / "pipe").c_str(), 0600);
    write(root / "a/skip.tmp", "x");
    const auto tree = scan_tree(root, {*PathPattern::parse("**/*.tmp")});
    ASSERT_TRUE(tree) << tree.error().detail;
    std::vector<std::string> paths;
    for (const auto& file : tree->files) paths.push_back(file.path);
    EXPECT_EQ(paths, (std::vector<std::string>{"a/file", "inside"}));
    EXPECT_EQ(tree->skipped_links.size(), 3U);
    EXPECT_EQ(tree->skipped_others, std::vector<std::string>{"pipe"});
    EXPECT_EQ(tree->ignored, 1U);
}

TEST(Tree, names_that_a_site_can_not_store_are_told_all_at_once) {
    const tests::TemporaryFolder folder;
    write(folder.path() / "bad\nname", "x");
    write(folder.path() / "bad\xff", "x");
    const auto tree = scan_tree(folder.path(), {});
    ASSERT_FALSE(tree);
    EXPECT_NE(tree.error().detail.find("2 paths can't be stored"), std::string::npos);
    EXPECT_FALSE(scan_tree(folder.path() / "none", {}));
}

TEST(Credentials, they_are_for_their_owner_only) {
    const tests::TemporaryFolder folder;
    const auto path = folder.path() / "c/credentials.json";
    auto credentials = *Credentials::load(path);
    credentials.set("http://a", {"token", "mira", Timestamp::parse("2026-01-01T00:00:00Z")});
    ASSERT_TRUE(credentials.save());
    const auto again = Credentials::load(path);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->current(), "http://a");
    EXPECT_EQ(again->find("http://a")->token, "token");
    EXPECT_EQ(again->find("http://b"), nullptr);
    ::chmod(path.c_str(), 0644);
    EXPECT_EQ(Credentials::load(path).error().code, Errc::forbidden);
    ::chmod(path.c_str(), 0600);
    write(path, "{");
    EXPECT_EQ(Credentials::load(path).error().code, Errc::invalid);
}

} // namespace
} // namespace bifrost::client
