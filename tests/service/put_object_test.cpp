// What the program stores itself, without signed URLs.

#include "local_store_support.hpp"
#include "storage/hash_object.hpp"
#include "storage/put_object.hpp"

namespace bifrost::storage {
namespace {

class PutObject : public LocalStoreTest {};

TEST_F(PutObject, a_source_that_ends_early_or_late_leaves_nothing) {
    for (const std::int64_t told : {9, 11}) {
        std::string left = bytes_of(10);
        const auto source = [&](void* data, std::size_t size) -> Result<std::size_t> {
            const std::size_t now = std::min(size, left.size());
            left.copy(static_cast<char*>(data), now);
            left.erase(0, now);
            return now;
        };
        EXPECT_EQ(code_of(put_object(*store_, "u/told", told, source)), Errc::invalid);
        EXPECT_FALSE(*store_->stat("u/told"));
        EXPECT_TRUE(store_->list_abandoned(Timestamp::now().plus_seconds(10), 10)->empty());
    }
}

TEST_F(PutObject, an_error_of_the_source_is_returned_and_leaves_nothing) {
    const auto source = [](void*, std::size_t) -> Result<std::size_t> {
        return Error{Errc::unavailable, "the disk is gone"};
    };
    const auto put = put_object(*store_, "u/broken", 5, source);
    ASSERT_EQ(code_of(put), Errc::unavailable);
    EXPECT_EQ(put.error().detail, "the disk is gone");
    EXPECT_TRUE(store_->list_abandoned(Timestamp::now().plus_seconds(10), 10)->empty());
}

TEST_F(PutObject, bytes_of_every_size_arrive_with_their_hash) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, (std::size_t{8} << 20) + 5}) {
        const std::string bytes = bytes_of(size);
        const std::string key = "u/size-" + std::to_string(size);
        const auto put = put_object(*store_, key, bytes);
        ASSERT_TRUE(put) << why(put);
        EXPECT_EQ(put->sha256, sha256_hex(bytes));
        const auto read = hash_object(*store_, key);
        ASSERT_TRUE(read) << why(read);
        EXPECT_EQ(read->sha256, put->sha256);
        EXPECT_EQ(read->size, static_cast<std::int64_t>(size));
        EXPECT_TRUE(store_->sync({key}));
    }
}

TEST_F(PutObject, a_key_with_other_bytes_is_refused) {
    ASSERT_TRUE(put_object(*store_, "u/one", "first"));
    EXPECT_EQ(code_of(put_object(*store_, "u/one", "other")), Errc::conflict);
    EXPECT_EQ(hash_object(*store_, "u/one")->sha256, sha256_hex("first"));
}

} // namespace
} // namespace bifrost::storage
