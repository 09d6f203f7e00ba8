// What every object store keeps to, asked of each in the same words.

#include <gtest/gtest.h>

#include "local_store_support.hpp"
#include "s3_store_support.hpp"
#include "storage/hash_object.hpp"

namespace bifrost::storage {
namespace {

constexpr std::int64_t kPart = 5 << 20; // the least that S3 takes

class StoreConformance : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        if (GetParam() == "local") {
            auto local = open_store(folder_.path() / "store");
            local_ = local.get();
            store_ = std::move(local);
        } else {
            store_ = must_open(tests::S3Server::shared().make_bucket());
        }
    }

    /// PUTs bytes to a signed URL as a client would; the etag.
    Result<std::string> send(const SignedUrl& url, const std::string& bytes) {
        if (local_ == nullptr) return send_to_s3(url, bytes);
        const Target target = target_of(url);
        BIFROST_ASSIGN(const auto writer, local_->receive_part(target.path, target.query,
                                                               static_cast<std::int64_t>(bytes.size())));
        BIFROST_CHECK(writer->write(bytes.data(), bytes.size()));
        return writer->finish();
    }
    Result<std::string> send(const std::string& key, const std::string& upload, int number,
                             const std::string& bytes, const std::string& sha256 = "") {
        BIFROST_ASSIGN(
            const auto url,
            store_->sign_part(key, upload, number, static_cast<std::int64_t>(bytes.size()), sha256, 60));
        return send(url, bytes);
    }
    std::string put(const std::string& key, const std::string& bytes) {
        const auto upload = store_->begin_upload(key, static_cast<std::int64_t>(bytes.size()), kPart);
        EXPECT_TRUE(upload) << why(upload);
        std::vector<Part> parts;
        if (!bytes.empty()) parts.push_back({1, 0, *send(key, *upload, 1, bytes)});
        const auto completed = store_->complete_upload(key, *upload, parts);
        EXPECT_TRUE(completed) << why(completed);
        EXPECT_TRUE(store_->sync({key}));
        return *upload;
    }
    std::string read(const std::string& key, std::int64_t offset = 0) {
        auto reader = store_->open(key, offset);
        if (!reader) return "<" + reader.error().detail + ">";
        std::string text;
        std::string buffer(300'000, '\0');
        while (true) {
            const auto size = (*reader)->read(buffer.data(), buffer.size());
            if (!size) return "<" + size.error().detail + ">";
            if (*size == 0) return text;
            text.append(buffer, 0, *size);
        }
    }
    /// An upload of two parts and a bit.
    void begin_large() {
        large_ = bytes_of(static_cast<std::size_t>(2 * kPart + 77));
        upload_ = *store_->begin_upload(key_, 2 * kPart + 77, kPart);
    }
    std::string part(int number) {
        return large_.substr(static_cast<std::size_t>((number - 1) * kPart), static_cast<std::size_t>(kPart));
    }
    std::vector<Part> send_all() {
        std::vector<Part> parts;
        for (const int number : {3, 1, 2}) {
            const auto etag = send(key_, upload_, number, part(number));
            EXPECT_TRUE(etag) << why(etag);
            parts.push_back({number, 0, etag ? *etag : ""});
        }
        std::sort(parts.begin(), parts.end(),
                  [](const Part& a, const Part& b) { return a.number < b.number; });
        return parts;
    }

    tests::TemporaryFolder folder_;
    std::unique_ptr<ObjectStore> store_;
    LocalStore* local_ = nullptr;
    std::string key_ = "ab/0196f0aa-plate";
    std::string large_;
    std::string upload_;
};

TEST_P(StoreConformance, what_is_not_there_is_said_to_be_missing) {
    EXPECT_FALSE(*store_->stat("ab/none"));
    EXPECT_EQ(code_of(store_->open("ab/none", 0)), Errc::not_found);
    EXPECT_TRUE(store_->remove("ab/none"));
    EXPECT_EQ(code_of(store_->list_parts("ab/none", "no-upload")), Errc::not_found);
    EXPECT_EQ(code_of(store_->complete_upload("ab/none", "no-upload", {})), Errc::not_found);
    EXPECT_TRUE(store_->abort_upload("ab/none", "no-upload"));
}

TEST_P(StoreConformance, keys_that_are_no_keys_are_refused) {
    for (const char* key : {"", "/a", "a//b", "../a", "A", "a b", "a.b"}) {
        EXPECT_FALSE(store_->begin_upload(key, 1, kPart)) << key;
        EXPECT_FALSE(store_->open(key, 0)) << key;
        EXPECT_FALSE(store_->stat(key)) << key;
        EXPECT_FALSE(store_->remove(key)) << key;
        EXPECT_FALSE(store_->sign_download(key, {})) << key;
    }
}

TEST_P(StoreConformance, a_small_object_comes_back_from_any_byte_on) {
    put(key_, "the bytes of a plate");
    EXPECT_EQ((*store_->stat(key_))->size, 20);
    EXPECT_EQ(read(key_), "the bytes of a plate");
    EXPECT_EQ(read(key_, 13), "a plate");
    EXPECT_EQ(read(key_, 20), "");
    EXPECT_EQ(read(key_, 2000), "");
    EXPECT_EQ(code_of(store_->open(key_, -1)), Errc::invalid);
    EXPECT_EQ(hash_object(*store_, key_)->sha256, sha256_hex("the bytes of a plate"));
    EXPECT_TRUE(store_->remove(key_));
    EXPECT_FALSE(*store_->stat(key_));
}

TEST_P(StoreConformance, an_empty_object_has_no_parts) {
    const std::string upload = *store_->begin_upload(key_, 0, kPart);
    EXPECT_FALSE(store_->sign_part(key_, upload, 1, 1, "", 60) && send(key_, upload, 1, "x"));
    EXPECT_EQ(code_of(store_->complete_upload(key_, upload, {{1, 0, "x"}})), Errc::invalid);
    for (int i = 0; i < 2; ++i) {
        const auto completed = store_->complete_upload(key_, upload, {});
        ASSERT_TRUE(completed) << why(completed);
        EXPECT_EQ(**completed, sha256_hex(""));
    }
    EXPECT_EQ(read(key_), "");
}

TEST_P(StoreConformance, parts_in_any_order_make_one_object_and_complete_may_be_sent_again) {
    begin_large();
    const auto parts = send_all();
    const auto listed = store_->list_parts(key_, upload_);
    ASSERT_TRUE(listed) << why(listed);
    ASSERT_EQ(listed->size(), 3U);
    EXPECT_EQ((*listed)[2].size, 77);
    EXPECT_EQ((*listed)[0].etag, parts[0].etag);
    EXPECT_EQ(code_of(store_->open(key_, 0)), Errc::not_found) << "nothing is there before";
    for (int i = 0; i < 3; ++i) {
        const auto completed = store_->complete_upload(key_, upload_, parts);
        ASSERT_TRUE(completed) << i << why(completed);
        EXPECT_FALSE(*completed);
    }
    EXPECT_TRUE(read(key_) == large_);
    EXPECT_TRUE(read(key_, 2 * kPart - 5) == large_.substr(static_cast<std::size_t>(2 * kPart - 5)));
    auto other = parts;
    std::swap(other[0].etag, other[1].etag);
    EXPECT_EQ(code_of(store_->complete_upload(key_, upload_, other)), Errc::invalid);
    ASSERT_TRUE(store_->abort_upload(key_, upload_));
    EXPECT_TRUE(read(key_) == large_) << "the object stays";
}

TEST_P(StoreConformance, wrong_lists_of_parts_are_named_and_leave_the_upload_open) {
    begin_large();
    const auto parts = send_all();
    const auto wrong = [&](const std::vector<Part>& list) {
        std::vector<std::string> pointers;
        const auto completed = store_->complete_upload(key_, upload_, list);
        EXPECT_EQ(code_of(completed), Errc::invalid) << why(completed);
        if (!completed)
            for (const auto& field : completed.error().fields) pointers.push_back(field.pointer);
        return pointers;
    };
    using Pointers = std::vector<std::string>;
    EXPECT_EQ(wrong({}), (Pointers{"/parts/0", "/parts/0", "/parts/0"}));
    EXPECT_EQ(wrong({parts[0], parts[2]}), Pointers{"/parts/2"});
    EXPECT_EQ(wrong({parts[1], parts[0], parts[2]}), (Pointers{"/parts/1", "/parts/3"}));
    EXPECT_EQ(wrong({parts[0], parts[1], parts[1], parts[2]}), Pointers{"/parts/2"});
    EXPECT_EQ(wrong({parts[0], {2, 0, parts[0].etag}, parts[2]}), Pointers{"/parts/1"});
    EXPECT_EQ(wrong({parts[0], {2, 9, parts[1].etag}, parts[2]}), Pointers{"/parts/1"});
    EXPECT_EQ(wrong({parts[0], parts[1], parts[2], {4, 0, "x"}}), Pointers{"/parts/3"});
    EXPECT_TRUE(store_->complete_upload(key_, upload_, parts));
}

TEST_P(StoreConformance, a_part_that_has_not_arrived_is_named) {
    begin_large();
    std::vector<Part> parts{
        {1, 0, *send(key_, upload_, 1, part(1))}, {2, 0, "x"}, {3, 0, *send(key_, upload_, 3, part(3))}};
    const auto completed = store_->complete_upload(key_, upload_, parts);
    ASSERT_EQ(code_of(completed), Errc::invalid) << why(completed);
    ASSERT_EQ(completed.error().fields.size(), 1U);
    EXPECT_EQ(completed.error().fields[0].pointer, "/parts/1");
    EXPECT_FALSE(*store_->stat(key_));
}

TEST_P(StoreConformance, a_part_may_be_sent_twice_and_counts_with_its_last_bytes) {
    begin_large();
    auto parts = send_all();
    EXPECT_EQ(*send(key_, upload_, 1, part(1)), parts[0].etag) << "the same bytes";
    std::string other = part(2);
    std::reverse(other.begin(), other.end());
    const auto etag = send(key_, upload_, 2, other);
    ASSERT_TRUE(etag) << why(etag);
    EXPECT_EQ(code_of(store_->complete_upload(key_, upload_, parts)), Errc::invalid) << "the old etag";
    parts[1].etag = *etag;
    ASSERT_TRUE(store_->complete_upload(key_, upload_, parts));
    EXPECT_TRUE(read(key_) == part(1) + other + part(3));
}

TEST_P(StoreConformance, part_bytes_that_are_not_those_of_the_signed_checksum_are_refused) {
    begin_large();
    EXPECT_EQ(code_of(send(key_, upload_, 1, part(2), sha256_hex(part(1)))), Errc::invalid);
    EXPECT_TRUE(store_->list_parts(key_, upload_)->empty());
    EXPECT_TRUE(send(key_, upload_, 1, part(1), sha256_hex(part(1))));
    const std::string single = *store_->begin_upload("ab/single", 5, kPart);
    EXPECT_EQ(code_of(send("ab/single", single, 1, "wrong", sha256_hex("right"))), Errc::invalid);
    EXPECT_TRUE(store_->list_parts("ab/single", single)->empty());
    const auto etag = send("ab/single", single, 1, "right", sha256_hex("right"));
    ASSERT_TRUE(etag) << why(etag);
    const auto completed = store_->complete_upload("ab/single", single, {{1, 0, *etag}});
    ASSERT_TRUE(completed) << why(completed);
    EXPECT_EQ(**completed, sha256_hex("right")) << "known without reading it";
}

TEST_P(StoreConformance, parts_too_small_too_large_or_beyond_the_end_are_refused) {
    begin_large();
    EXPECT_FALSE(send(key_, upload_, 4, "x"));
    EXPECT_FALSE(send(key_, upload_, 0, "x"));
    EXPECT_FALSE(send(key_, upload_, 3, std::string(78, 'x')));
    EXPECT_FALSE(send(key_, upload_, 3, std::string(76, 'x')));
    const auto url = *store_->sign_part(key_, upload_, 3, 77, "", 60);
    EXPECT_FALSE(send(url, std::string(78, 'x')));
    EXPECT_FALSE(send(url, std::string(76, 'x')));
    EXPECT_TRUE(store_->list_parts(key_, upload_)->empty());
    EXPECT_TRUE(send(url, std::string(77, 'x')));
}

TEST_P(StoreConformance, an_aborted_upload_is_over_and_its_urls_are_dead) {
    begin_large();
    const auto url = *store_->sign_part(key_, upload_, 3, 77, "", 60);
    ASSERT_TRUE(send(url, part(3)));
    ASSERT_TRUE(store_->abort_upload(key_, upload_));
    EXPECT_FALSE(send(url, part(3)));
    EXPECT_EQ(code_of(store_->list_parts(key_, upload_)), Errc::not_found);
    EXPECT_EQ(code_of(store_->complete_upload(key_, upload_, {{1, 0, "x"}})), Errc::not_found);
    EXPECT_TRUE(store_->abort_upload(key_, upload_)) << "again is no error";
}

TEST_P(StoreConformance, every_url_of_an_upload_is_dead_after_complete) {
    begin_large();
    const auto parts = send_all();
    const auto url = *store_->sign_part(key_, upload_, 3, 77, "", 60);
    const std::string single = *store_->begin_upload("ab/single", 5, kPart);
    const auto single_url = *store_->sign_part("ab/single", single, 1, 5, "", 60);
    const auto etag = send(single_url, "first");
    ASSERT_TRUE(store_->complete_upload(key_, upload_, parts));
    ASSERT_TRUE(store_->complete_upload("ab/single", single, {{1, 0, *etag}}));
    EXPECT_FALSE(send(url, std::string(77, 'x')));
    EXPECT_FALSE(send(single_url, "other"));
    EXPECT_TRUE(read(key_) == large_);
    EXPECT_EQ(read("ab/single"), "first");
}

TEST_P(StoreConformance, an_upload_to_a_taken_key_is_a_conflict_and_replaces_nothing) {
    put(key_, "the first");
    const std::string single = *store_->begin_upload(key_, 6, kPart);
    const auto etag = send(key_, single, 1, "second");
    const auto completed = store_->complete_upload(key_, single, {{1, 0, etag ? *etag : "x"}});
    EXPECT_EQ(code_of(completed), Errc::conflict) << why(completed);
    begin_large();
    const auto large = store_->complete_upload(key_, upload_, send_all());
    EXPECT_EQ(code_of(large), Errc::conflict) << why(large);
    EXPECT_EQ(read(key_), "the first");
}

TEST_P(StoreConformance, uploads_that_nobody_continues_are_listed_and_can_be_dropped_as_listed) {
    begin_large();
    EXPECT_TRUE(store_->list_abandoned(Timestamp::now().plus_seconds(-3600), 10)->empty());
    const auto found = store_->list_abandoned(Timestamp::now().plus_seconds(3600), 10);
    ASSERT_TRUE(found) << why(found);
    ASSERT_EQ(found->size(), 1U);
    EXPECT_EQ((*found)[0].key, key_);
    ASSERT_TRUE(store_->abort_upload((*found)[0].key, (*found)[0].upload));
    EXPECT_EQ(code_of(store_->list_parts(key_, upload_)), Errc::not_found);
    EXPECT_TRUE(store_->list_abandoned(Timestamp::now().plus_seconds(3600), 10)->empty());
}

TEST_P(StoreConformance, each_object_is_visited_once_and_a_visit_can_end_the_walk) {
    for (const char* key : {"aa/one", "ab/two", "ab/three", "four"}) put(key, key);
    std::map<std::string, std::int64_t> seen;
    ASSERT_TRUE(store_->each_object([&](const std::string& key, const ObjectInfo& info) -> Result<> {
        EXPECT_TRUE(seen.emplace(key, info.size).second);
        return {};
    }));
    EXPECT_EQ(seen, (std::map<std::string, std::int64_t>{
                        {"aa/one", 6}, {"ab/two", 6}, {"ab/three", 8}, {"four", 4}}));
    const auto ended = store_->each_object([](const std::string&, const ObjectInfo&) -> Result<> {
        return Error{Errc::unavailable, "enough"};
    });
    EXPECT_EQ(code_of(ended), Errc::unavailable);
    EXPECT_TRUE(store_->ping());
    EXPECT_EQ(seen.size(), 4U);
}

TEST_P(StoreConformance, the_program_stores_bytes_of_its_own) {
    const std::string upload = *store_->begin_upload(key_, 5, kPart);
    EXPECT_EQ(code_of(store_->put_part(key_, upload, 1, "longer")), Errc::invalid);
    const auto part = store_->put_part(key_, upload, 1, "bytes");
    ASSERT_TRUE(part) << why(part);
    const auto completed = store_->complete_upload(key_, upload, {*part});
    ASSERT_TRUE(completed) << why(completed);
    EXPECT_EQ(**completed, sha256_hex("bytes"));
    EXPECT_EQ(read(key_), "bytes");
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreConformance, testing::Values("local", "s3"),
                         [](const auto& about) { return about.param; });

} // namespace
} // namespace bifrost::storage
