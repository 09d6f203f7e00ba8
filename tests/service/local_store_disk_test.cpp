// The disk behind the store: full, read-only, large, shared with others.

#include <algorithm>
#include <csignal>

#include <sys/mount.h>
#include <sys/resource.h>

#include "local_store_support.hpp"
#include "storage/hash_object.hpp"
#include "support/small_disk.hpp"

namespace bifrost::storage {
namespace {

using tests::SmallDisk;

class LocalStoreDisk : public LocalStoreTest {};

TEST_F(LocalStoreDisk, a_full_disk_refuses_the_part_and_keeps_everything_else) {
    const SmallDisk disk(folder_.path() / "small");
    const auto store = open_store(folder_.path() / "small" / "store");
    const std::string mib = bytes_of(1 << 20);
    put(*store, "ab/before", mib);
    const std::string upload = *store->begin_upload("ab/large", 6 << 20, 2 << 20);
    const auto first = send_part(*store, "ab/large", upload, 1, mib + mib);
    ASSERT_TRUE(first) << why(first);

    disk.tighten();
    auto writer = open_part(*store, "ab/large", upload, 3, 2 << 20);
    ASSERT_TRUE(writer) << why(writer);
    static_cast<void>(
        (*writer)->write(mib.data(), mib.size())); // where the limit is one of files, this fails already
    const auto rest = (*writer)->write(mib.data(), mib.size());
    EXPECT_EQ(code_of(rest), Errc::out_of_space);
    EXPECT_EQ(code_of((*writer)->finish()), Errc::out_of_space);
    writer->reset();
    disk.loosen();

    EXPECT_EQ(store->list_parts("ab/large", upload)->size(), 1U);
    EXPECT_EQ(sha256_hex(read_object(*store, "ab/before")), sha256_hex(mib));
    EXPECT_TRUE(store->abort_upload("ab/large", upload));
    put(*store, "ab/after", mib + mib);
    EXPECT_EQ(sha256_hex(read_object(*store, "ab/after")), sha256_hex(mib + mib));
}

TEST_F(LocalStoreDisk, a_disk_that_is_full_to_the_brim_begins_nothing_and_still_serves_what_it_has) {
    const SmallDisk disk(folder_.path() / "small");
    if (!disk.mounted())
        return; // a limit on the size of files can't fill a disk; the other tests cover that way
    const auto root = folder_.path() / "small" / "store";
    auto store = open_store(root);
    put(*store, "ab/before", "bytes");
    std::ofstream filler(folder_.path() / "small" / "filler", std::ios::binary);
    while (filler.write(std::string(4096, 'x').data(), 4096).flush()) {
    }
    EXPECT_EQ(store->free_bytes(), 0);
    EXPECT_EQ(code_of(store->begin_upload("ab/x", 10, 10)), Errc::out_of_space);
    EXPECT_EQ(code_of(store->ping()), Errc::out_of_space);
    store = open_store(root);
    EXPECT_EQ(read_object(*store, "ab/before"), "bytes");
    ASSERT_TRUE(store->remove("ab/before")) << "removing makes room";
}

TEST_F(LocalStoreDisk, a_root_that_cannot_be_written_is_refused_with_a_sentence) {
    ASSERT_EQ(::seteuid(65534), 0) << "the tests run as root";
    const auto refused = open_local_store({folder_.path() / "not-mine", kSigningKey});
    const auto existing = open_local_store({root_, kSigningKey});
    ASSERT_EQ(::seteuid(0), 0);
    for (const auto* opened : {&refused, &existing}) {
        ASSERT_EQ(code_of(*opened), Errc::unavailable);
        EXPECT_NE(opened->error().detail.find("can't be written"), std::string::npos)
            << opened->error().detail;
        EXPECT_NE(opened->error().detail.find(folder_.path().string()), std::string::npos);
    }
}

TEST_F(LocalStoreDisk, a_root_that_is_a_file_is_refused) {
    const auto file = folder_.path() / "file";
    std::ofstream(file) << "x";
    EXPECT_EQ(code_of(open_local_store({file, kSigningKey})), Errc::unavailable);
    EXPECT_EQ(code_of(open_local_store({file / "below", kSigningKey})), Errc::unavailable);
    EXPECT_EQ(code_of(open_local_store({folder_.path() / "x", "too short"})), Errc::invalid);
}

TEST_F(LocalStoreDisk, links_in_place_of_folders_and_objects_are_not_followed) {
    std::ofstream(folder_.path() / "secret") << "secret";
    std::filesystem::create_directories(root_ / "objects" / "ab");
    std::filesystem::create_symlink(folder_.path() / "secret", root_ / "objects" / "ab" / "link");
    EXPECT_FALSE(store_->open("ab/link", 0));
    EXPECT_FALSE(*store_->stat("ab/link"));
    const auto other = folder_.path() / "other";
    std::filesystem::create_directories(other);
    std::filesystem::create_symlink(root_ / "objects", other / "objects");
    EXPECT_EQ(code_of(open_local_store({other, kSigningKey})), Errc::unavailable);
}

TEST_F(LocalStoreDisk, an_object_is_read_from_any_offset) {
    put(*store_, "ab/x", "0123456789");
    char bytes[16];
    auto reader = store_->open("ab/x", 7);
    ASSERT_TRUE(reader);
    EXPECT_EQ(*(*reader)->read(bytes, 2), 2U);
    EXPECT_EQ(std::string(bytes, 2), "78");
    EXPECT_EQ(*(*reader)->read(bytes, 16), 1U);
    EXPECT_EQ(*(*reader)->read(bytes, 16), 0U);
    EXPECT_EQ(*(*store_->open("ab/x", 100))->read(bytes, 16), 0U);
    EXPECT_EQ(code_of(store_->open("ab/x", -1)), Errc::invalid);
    EXPECT_EQ(code_of(store_->open("ab/y", 0)), Errc::not_found);
    EXPECT_EQ(code_of(store_->open("ab/x/y", 0)), Errc::not_found);
    EXPECT_EQ(code_of(store_->open("ab", 0)), Errc::not_found) << "a folder is no object";
    EXPECT_EQ(code_of(store_->open("../x", 0)), Errc::invalid);
    EXPECT_FALSE(*store_->stat("ab/y"));
    EXPECT_FALSE(*store_->stat("ab"));
    EXPECT_TRUE(store_->remove("ab/y")) << "one that is gone is no error";
    EXPECT_FALSE(store_->remove("ab"));
}

TEST_F(LocalStoreDisk, a_key_below_an_object_or_above_one_is_refused) {
    put(*store_, "ab/x", "object");
    for (const char* key : {"ab/x/below", "ab"}) {
        const std::string upload = *store_->begin_upload(key, 0, 10);
        EXPECT_EQ(code_of(store_->complete_upload(key, upload, {})), Errc::conflict) << key;
    }
    EXPECT_EQ(read_object(*store_, "ab/x"), "object");
}

TEST_F(LocalStoreDisk, few_and_many_objects_are_synced_and_a_missing_one_is_told) {
    std::vector<std::string> keys;
    for (int i = 0; i < 20; ++i) {
        keys.push_back("s" + std::to_string(i % 3) + "/object-" + std::to_string(i));
        put(*store_, keys.back(), bytes_of(1000));
    }
    EXPECT_TRUE(store_->sync({}));
    EXPECT_TRUE(store_->sync({keys[0]}));
    EXPECT_TRUE(store_->sync({keys.begin(), keys.begin() + 8}));
    EXPECT_TRUE(store_->sync(keys));
    EXPECT_EQ(code_of(store_->sync({"s0/none"})), Errc::not_found);
    keys.emplace_back("s0/none");
    EXPECT_EQ(code_of(store_->sync(keys)), Errc::not_found);
    EXPECT_EQ(code_of(store_->sync({"../x"})), Errc::invalid);
}

TEST_F(LocalStoreDisk, every_object_is_visited_once_and_nothing_else) {
    put(*store_, "aa/bb/one", "1");
    put(*store_, "aa/two", "22");
    put(*store_, "three", "333");
    std::ofstream(root_ / "objects" / "aa" / ".hidden") << "x";
    std::ofstream(root_ / "objects" / "README.txt") << "x";
    std::vector<std::pair<std::string, std::int64_t>> seen;
    ASSERT_TRUE(store_->each_object([&](const std::string& key, const ObjectInfo& info) -> Result<> {
        seen.emplace_back(key, info.size);
        return {};
    }));
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(seen, (std::vector<std::pair<std::string, std::int64_t>>{
                        {"aa/bb/one", 1}, {"aa/two", 2}, {"three", 3}}));
    int visits = 0;
    const auto stopped = store_->each_object([&](const std::string&, const ObjectInfo&) -> Result<> {
        ++visits;
        return Error{Errc::gone, "enough"};
    });
    EXPECT_EQ(code_of(stopped), Errc::gone);
    EXPECT_EQ(visits, 1);
}

TEST_F(LocalStoreDisk, abandoned_uploads_are_listed_with_their_age) {
    const std::string open = *store_->begin_upload("ab/open", 10, 10);
    ASSERT_TRUE(send_part(*store_, "ab/open", open, 1, bytes_of(10)));
    const std::string done = *store_->begin_upload("ab/done", 0, 10);
    ASSERT_TRUE(store_->complete_upload("ab/done", done, {}));
    const std::string other = *store_->begin_upload("ab/other", 10, 10);
    EXPECT_TRUE(store_->list_abandoned(Timestamp::now().plus_seconds(-3600), 100)->empty());
    auto list = *store_->list_abandoned(Timestamp::now().plus_seconds(60), 100);
    ASSERT_EQ(list.size(), 2U) << "a completed one is none";
    std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
    EXPECT_EQ(list[0].key, "ab/open");
    EXPECT_EQ(list[0].upload, open);
    EXPECT_EQ(list[1].upload, other);
    EXPECT_LT(list[1].last_activity, Timestamp::now().plus_seconds(60));
    EXPECT_EQ(store_->list_abandoned(Timestamp::now().plus_seconds(60), 1)->size(), 1U);
    for (const auto& upload : list) EXPECT_TRUE(store_->abort_upload(upload.key, upload.upload));
    EXPECT_TRUE(store_->list_abandoned(Timestamp::now().plus_seconds(60), 100)->empty());
    EXPECT_TRUE(*store_->stat("ab/done"));
}

TEST_F(LocalStoreDisk, a_ping_leaves_nothing_behind) {
    ASSERT_TRUE(store_->ping());
    EXPECT_TRUE(std::filesystem::is_empty(root_ / "tmp"));
    std::filesystem::remove(root_ / "tmp");
    EXPECT_FALSE(store_->ping());
    EXPECT_GT(store_->free_bytes(), 0);
    EXPECT_EQ(store_->backend(), "local");
}

TEST_F(LocalStoreDisk, hashing_two_gigabytes_takes_no_more_memory_than_its_buffer) {
    const std::int64_t size = std::int64_t{2} << 30;
    std::filesystem::create_directories(root_ / "objects" / "ab");
    std::ofstream(root_ / "objects" / "ab" / "sparse") << "";
    std::filesystem::resize_file(root_ / "objects" / "ab" / "sparse", static_cast<std::uintmax_t>(size));
    rusage before{};
    ::getrusage(RUSAGE_SELF, &before);
    std::int64_t told = 0;
    const auto hash = hash_object(*store_, "ab/sparse", [&](std::int64_t done) -> Result<> {
        EXPECT_GT(done, told);
        told = done;
        return {};
    });
    rusage after{};
    ::getrusage(RUSAGE_SELF, &after);
    ASSERT_TRUE(hash) << why(hash);
    EXPECT_EQ(hash->size, size);
    EXPECT_EQ(told, size);
    EXPECT_EQ(hash->sha256, "a7c744c13cc101ed66c29f672f92455547889cc586ce6d44fe76ae824958ea51");
    EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 8 * 1024) << "in KiB";
}

TEST_F(LocalStoreDisk, hashing_stops_when_the_caller_says_so) {
    put(*store_, "ab/x", bytes_of(1 << 20));
    const auto stopped = hash_object(*store_, "ab/x", [](std::int64_t) -> Result<> {
        return Error{Errc::gone, "stop"};
    });
    EXPECT_EQ(code_of(stopped), Errc::gone);
    EXPECT_EQ(code_of(hash_object(*store_, "ab/none")), Errc::not_found);
    EXPECT_EQ(hash_object(*store_, "ab/x")->sha256, sha256_hex(bytes_of(1 << 20)));
}

} // namespace
} // namespace bifrost::storage
