// Parts arrive in any order, are replaced, are wrong, and are put together.

#include <array>
#include <thread>

#include "local_store_support.hpp"

namespace bifrost::storage {
namespace {

class LocalStoreParts : public LocalStoreTest {
  protected:
    void SetUp() override { upload_ = *store_->begin_upload(key_, 25, 10); }

    Result<std::string> send(int number, const std::string& bytes, const std::string& sha256 = "") {
        return send_part(*store_, key_, upload_, number, bytes, sha256);
    }
    /// Sends all three parts; returns the list that completes them.
    std::vector<Part> send_all() {
        return {{1, 10, *send(1, one_)}, {2, 10, *send(2, two_)}, {3, 5, *send(3, three_)}};
    }
    /// The pointers of the field errors of a refused complete.
    std::vector<std::string> wrong(const std::vector<Part>& parts) {
        const auto completed = store_->complete_upload(key_, upload_, parts);
        EXPECT_EQ(code_of(completed), Errc::invalid) << why(completed);
        std::vector<std::string> pointers;
        if (!completed)
            for (const auto& field : completed.error().fields) pointers.push_back(field.pointer);
        return pointers;
    }
    using Pointers = std::vector<std::string>;

    std::string upload_;
    std::string one_ = bytes_of(10, 'a');
    std::string two_ = bytes_of(10, 'k');
    std::string three_ = bytes_of(5, 'x');
};

TEST_F(LocalStoreParts, a_short_part_counts_for_nothing) {
    auto writer = open_part(*store_, key_, upload_, 1, 10);
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->write(one_.data(), 9));
    EXPECT_EQ(code_of((*writer)->finish()), Errc::invalid);
    EXPECT_TRUE(store_->list_parts(key_, upload_)->empty());
}

TEST_F(LocalStoreParts, a_part_that_breaks_off_counts_for_nothing_and_can_be_sent_again) {
    {
        auto writer = open_part(*store_, key_, upload_, 2, 10);
        ASSERT_TRUE(writer);
        ASSERT_TRUE((*writer)->write(two_.data(), 4));
    }
    EXPECT_TRUE(store_->list_parts(key_, upload_)->empty());
    EXPECT_TRUE(send(2, two_));
    EXPECT_EQ(store_->list_parts(key_, upload_)->size(), 1U);
}

TEST_F(LocalStoreParts, a_long_part_is_refused_and_touches_no_other_part) {
    ASSERT_TRUE(send(2, two_));
    auto writer = open_part(*store_, key_, upload_, 1, 10);
    ASSERT_TRUE(writer);
    const std::string eleven = bytes_of(11);
    ASSERT_TRUE((*writer)->write(eleven.data(), 10));
    EXPECT_EQ(code_of((*writer)->write(eleven.data(), 1)), Errc::invalid);
    EXPECT_EQ(code_of((*writer)->write(eleven.data(), 1)), Errc::invalid) << "it stays failed";
    EXPECT_EQ(code_of((*writer)->finish()), Errc::invalid);
    writer->reset();
    ASSERT_TRUE(send(1, one_));
    const auto parts =
        std::vector<Part>{{1, 10, sha256_hex(one_)}, {2, 10, sha256_hex(two_)}, {3, 5, *send(3, three_)}};
    ASSERT_TRUE(store_->complete_upload(key_, upload_, parts));
    EXPECT_EQ(read_object(*store_, key_), one_ + two_ + three_);
}

TEST_F(LocalStoreParts, a_part_with_other_bytes_than_signed_is_refused) {
    EXPECT_EQ(code_of(send(1, two_, sha256_hex(one_))), Errc::invalid);
    EXPECT_TRUE(store_->list_parts(key_, upload_)->empty());
    EXPECT_TRUE(send(1, one_, sha256_hex(one_)));
}

TEST_F(LocalStoreParts, two_writers_of_one_part_are_kept_apart) {
    auto first = open_part(*store_, key_, upload_, 1, 10);
    ASSERT_TRUE(first);
    const auto second = open_part(*store_, key_, upload_, 1, 10);
    ASSERT_EQ(code_of(second), Errc::conflict);
    EXPECT_EQ(second.error().retry_after_seconds, 1);
    EXPECT_TRUE(open_part(*store_, key_, upload_, 2, 10)) << "another part is free";

    const auto other_process = run_child([&] {
        const auto store = open_store(root_);
        const auto third = open_part(*store, key_, upload_, 1, 10);
        ::_exit(!third && third.error().code == Errc::conflict ? 7 : 8);
    });
    EXPECT_EQ(WEXITSTATUS(other_process), 7);

    ASSERT_TRUE((*first)->write(one_.data(), 10));
    ASSERT_TRUE((*first)->finish());
    first->reset();
    EXPECT_TRUE(open_part(*store_, key_, upload_, 1, 10)) << "free again";
}

TEST_F(LocalStoreParts, a_process_that_was_begun_while_a_part_arrived_holds_nothing_back) {
    auto writer = open_part(*store_, key_, upload_, 1, 10);
    ASSERT_TRUE(writer);
    std::array<int, 2> over{};
    ASSERT_EQ(::pipe(over.data()), 0);
    const pid_t child = ::fork(); // has every open file, as a decoder has until it is the other program
    if (child == 0) {
        ::close(over[1]);
        char byte = 0;
        ::_exit(::read(over[0], &byte, 1) == 0 ? 0 : 1);
    }
    ASSERT_TRUE((*writer)->write(one_.data(), 10));
    const std::string etag = *(*writer)->finish();
    writer->reset();
    const auto completed = store_->complete_upload(
        key_, upload_, {{1, 10, etag}, {2, 10, *send(2, two_)}, {3, 5, *send(3, three_)}});
    EXPECT_TRUE(completed) << why(completed);
    ::close(over[0]);
    ::close(over[1]);
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
}

TEST_F(LocalStoreParts, many_threads_on_one_part_leave_the_bytes_of_one_of_them) {
    const std::string upload = *store_->begin_upload("ab/many", 1 << 20, 1 << 20);
    std::vector<std::thread> threads;
    std::atomic<int> sent{0};
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&, i] {
            const std::string bytes = bytes_of(1 << 20, static_cast<char>('a' + i));
            for (int round = 0; round < 5; ++round) {
                const auto etag = send_part(*store_, "ab/many", upload, 1, bytes);
                if (etag)
                    ++sent;
                else
                    EXPECT_EQ(etag.error().code, Errc::conflict);
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_GE(sent, 1);
    const auto parts = *store_->list_parts("ab/many", upload);
    ASSERT_EQ(parts.size(), 1U);
    ASSERT_TRUE(store_->complete_upload("ab/many", upload, parts));
    EXPECT_EQ(sha256_hex(read_object(*store_, "ab/many")), parts[0].etag);
}

TEST_F(LocalStoreParts, a_replaced_part_counts_with_its_new_bytes_only) {
    auto parts = send_all();
    const std::string other = bytes_of(10, 'Q');
    const auto etag = send(2, other);
    ASSERT_TRUE(etag) << why(etag);
    EXPECT_EQ(wrong(parts), Pointers{"/parts/1"}) << "the old etag";
    parts[1].etag = *etag;
    ASSERT_TRUE(store_->complete_upload(key_, upload_, parts));
    EXPECT_EQ(read_object(*store_, key_), one_ + other + three_);
}

TEST_F(LocalStoreParts, a_part_that_is_being_replaced_counts_for_nothing) {
    send_all();
    auto writer = open_part(*store_, key_, upload_, 2, 10);
    ASSERT_TRUE(writer);
    EXPECT_EQ(store_->list_parts(key_, upload_)->size(), 2U);
}

TEST_F(LocalStoreParts, complete_waits_for_no_one_while_a_part_is_coming) {
    const auto parts = send_all();
    auto writer = open_part(*store_, key_, upload_, 2, 10);
    ASSERT_TRUE(writer);
    const auto completed = store_->complete_upload(key_, upload_, parts);
    ASSERT_EQ(code_of(completed), Errc::conflict);
    EXPECT_EQ(completed.error().retry_after_seconds, 1);
}

TEST_F(LocalStoreParts, complete_names_each_part_that_is_missing_wrong_repeated_or_out_of_order) {
    const auto parts = send_all();
    const Part one = parts[0];
    const Part two = parts[1];
    const Part three = parts[2];
    EXPECT_EQ(wrong({}), (Pointers{"/parts/0", "/parts/0", "/parts/0"}));
    EXPECT_EQ(wrong({one, three}), Pointers{"/parts/2"});
    EXPECT_EQ(wrong({one, two, two, three}), Pointers{"/parts/2"});
    EXPECT_EQ(wrong({two, one, three}), (Pointers{"/parts/1", "/parts/3"}));
    EXPECT_EQ(wrong({one, two, three, {4, 5, three.etag}}), Pointers{"/parts/3"});
    EXPECT_EQ(wrong({one, two, {0, 0, ""}, three}), Pointers{"/parts/2"});
    EXPECT_EQ(wrong({one, {2, 9, two.etag}, three}), Pointers{"/parts/1"});
    EXPECT_EQ(wrong({one, {2, 0, one.etag}, three}), Pointers{"/parts/1"});
    EXPECT_TRUE(store_->complete_upload(key_, upload_, {one, {2, 0, two.etag}, three}))
        << "0: size not known";
}

TEST_F(LocalStoreParts, complete_names_a_part_that_has_not_arrived) {
    const Part one{1, 10, *send(1, one_)};
    const Part three{3, 5, *send(3, three_)};
    EXPECT_EQ(wrong({one, {2, 10, sha256_hex(two_)}, three}), Pointers{"/parts/1"});
    EXPECT_EQ(code_of(store_->open(key_, 0)), Errc::not_found);
}

TEST_F(LocalStoreParts, parts_may_arrive_in_any_order_and_the_hash_of_many_is_left_to_the_worker) {
    const auto third = send(3, three_);
    const auto first = send(1, one_);
    const auto second = send(2, two_);
    const auto listed = *store_->list_parts(key_, upload_);
    ASSERT_EQ(listed.size(), 3U);
    EXPECT_EQ(listed[0].etag, sha256_hex(one_));
    EXPECT_EQ(listed[2].size, 5);
    const auto completed = store_->complete_upload(key_, upload_, listed);
    ASSERT_TRUE(completed) << why(completed);
    EXPECT_FALSE(*completed);
    EXPECT_EQ(read_object(*store_, key_), one_ + two_ + three_);
    EXPECT_TRUE(store_->sync({key_}));
}

TEST_F(LocalStoreParts, the_hash_of_a_single_part_is_the_hash_of_the_object) {
    const std::string upload = *store_->begin_upload("ab/single", 10, 10);
    const auto etag = send_part(*store_, "ab/single", upload, 1, one_);
    const auto completed = store_->complete_upload("ab/single", upload, {{1, 0, *etag}});
    ASSERT_TRUE(completed) << why(completed);
    EXPECT_EQ(**completed, sha256_hex(one_));
}

TEST_F(LocalStoreParts, an_empty_file_has_no_parts_and_the_hash_of_nothing) {
    const std::string upload = *store_->begin_upload("ab/empty", 0, 10);
    EXPECT_EQ(code_of(open_part(*store_, "ab/empty", upload, 1, 1)), Errc::invalid);
    EXPECT_EQ(code_of(store_->complete_upload("ab/empty", upload, {{1, 0, sha256_hex("")}})), Errc::invalid);
    const auto completed = store_->complete_upload("ab/empty", upload, {});
    ASSERT_TRUE(completed) << why(completed);
    EXPECT_EQ(**completed, sha256_hex(""));
    EXPECT_EQ((*store_->stat("ab/empty"))->size, 0);
    EXPECT_EQ(read_object(*store_, "ab/empty"), "");
}

TEST_F(LocalStoreParts, completing_again_answers_the_same) {
    const std::string upload = *store_->begin_upload("ab/again", 10, 10);
    const auto etag = send_part(*store_, "ab/again", upload, 1, one_);
    for (int i = 0; i < 3; ++i) {
        const auto completed = store_->complete_upload("ab/again", upload, {{1, 10, *etag}});
        ASSERT_TRUE(completed) << why(completed);
        EXPECT_EQ(**completed, sha256_hex(one_));
        EXPECT_EQ(store_->list_parts("ab/again", upload)->size(), 1U);
    }
    EXPECT_EQ(code_of(store_->complete_upload("ab/again", upload, {{1, 10, sha256_hex(two_)}})),
              Errc::invalid);
    ASSERT_TRUE(store_->abort_upload("ab/again", upload));
    EXPECT_EQ(read_object(*store_, "ab/again"), one_) << "the object stays";
    EXPECT_FALSE(std::filesystem::exists(root_ / "uploads" / upload));
}

TEST_F(LocalStoreParts, many_completes_at_once_agree) {
    const auto parts = send_all();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            const auto completed = store_->complete_upload(key_, upload_, parts);
            EXPECT_TRUE(completed) << why(completed);
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(read_object(*store_, key_), one_ + two_ + three_);
}

TEST_F(LocalStoreParts, completing_again_after_the_object_was_removed_finds_no_upload) {
    const auto parts = send_all();
    ASSERT_TRUE(store_->complete_upload(key_, upload_, parts));
    ASSERT_TRUE(store_->remove(key_));
    EXPECT_EQ(code_of(store_->complete_upload(key_, upload_, parts)), Errc::not_found);
    EXPECT_EQ(code_of(store_->list_parts(key_, upload_)), Errc::not_found);
}

TEST_F(LocalStoreParts, two_uploads_with_one_key_never_overwrite_each_other) {
    const std::string other = *store_->begin_upload(key_, 25, 10);
    const auto parts = send_all();
    ASSERT_TRUE(store_->complete_upload(key_, upload_, parts));
    std::vector<Part> others;
    for (int number = 1; number <= 3; ++number)
        others.push_back(
            {number, 0, *send_part(*store_, key_, other, number, bytes_of(number == 3 ? 5 : 10, 'Z'))});
    EXPECT_EQ(code_of(store_->complete_upload(key_, other, others)), Errc::conflict);
    EXPECT_EQ(read_object(*store_, key_), one_ + two_ + three_);
}

TEST_F(LocalStoreParts, an_upload_answers_to_its_own_key_only) {
    const auto parts = send_all();
    EXPECT_EQ(code_of(store_->list_parts("ab/other", upload_)), Errc::not_found);
    EXPECT_EQ(code_of(store_->complete_upload("ab/other", upload_, parts)), Errc::not_found);
    EXPECT_TRUE(store_->abort_upload("ab/other", upload_));
    EXPECT_EQ(store_->list_parts(key_, upload_)->size(), 3U) << "aborting under another key touches nothing";
    EXPECT_EQ(code_of(store_->list_parts(key_, "../objects")), Errc::not_found);
    EXPECT_EQ(code_of(store_->complete_upload(key_, "..", {})), Errc::not_found);
    EXPECT_TRUE(store_->abort_upload(key_, "../objects"));
    EXPECT_TRUE(std::filesystem::exists(root_ / "objects"));
}

TEST_F(LocalStoreParts, sizes_and_keys_that_make_no_sense_begin_no_upload) {
    EXPECT_EQ(code_of(store_->begin_upload(key_, -1, 10)), Errc::invalid);
    EXPECT_EQ(code_of(store_->begin_upload(key_, 10, 0)), Errc::invalid);
    EXPECT_EQ(code_of(store_->begin_upload(key_, std::int64_t{1} << 60, 1)), Errc::invalid);
    for (const char* key :
         {"", "/", "/a", "a/", "a//b", "..", "a/../b", "a/..", "A", "a b", "a\nb", "a.png", "ä", "a\\b"})
        EXPECT_EQ(code_of(store_->begin_upload(key, 10, 10)), Errc::invalid) << key;
    EXPECT_EQ(code_of(store_->begin_upload(std::string(600, 'a'), 10, 10)), Errc::invalid);
    EXPECT_EQ(code_of(store_->begin_upload(std::string(200, 'a'), 10, 10)), Errc::invalid);
}

TEST_F(LocalStoreParts, a_thousand_parts_are_resumed_and_put_together) {
    const std::int64_t size = 1000 * 64 - 3;
    const std::string upload = *store_->begin_upload("ab/long", size, 64);
    std::string whole;
    for (int number = 1; number <= 1000; ++number) {
        const std::string bytes = bytes_of(number == 1000 ? 61 : 64, static_cast<char>('a' + number % 20));
        whole += bytes;
        ASSERT_TRUE(send_part(*store_, "ab/long", upload, number, bytes));
        if (number % 100 == 0) {
            ASSERT_TRUE(send_part(*store_, "ab/long", upload, number, bytes)) << "sent twice";
        }
    }
    const auto parts = *store_->list_parts("ab/long", upload);
    ASSERT_EQ(parts.size(), 1000U);
    const auto completed = store_->complete_upload("ab/long", upload, parts);
    ASSERT_TRUE(completed) << why(completed);
    EXPECT_EQ(read_object(*store_, "ab/long"), whole);
    const auto glance = open_part(*store_, "ab/long", upload, 5, 64);
    EXPECT_EQ(code_of(glance), Errc::forbidden) << "the end is seen behind a long journal too";
}

} // namespace
} // namespace bifrost::storage
