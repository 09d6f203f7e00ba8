// The store on S3 when S3, or the line to it, is not what it should be.

#include <gtest/gtest.h>

#include "client_support.hpp"
#include "local_store_support.hpp"
#include "s3_store_support.hpp"
#include "storage/hash_object.hpp"
#include "support/tcp_proxy.hpp"

namespace bifrost::storage {
namespace {

using tests::StubReply;
using tests::StubRequest;
using tests::StubServer;

constexpr std::int64_t kPart = 5 << 20;

std::string error_body(const std::string& code) {
    return "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>words</Message></Error>";
}

S3StoreOptions options_for(const std::string& url, int attempts = 4) {
    S3StoreOptions options;
    options.bucket = "bucket";
    options.endpoint = url;
    options.access_key = "key";
    options.secret_key = "secret";
    options.request_seconds = 1;
    options.attempts = attempts;
    return options;
}

TEST(S3StoreFaults, a_store_that_is_not_there_is_unavailable_and_says_so) {
    const auto store = must_open(options_for("http://127.0.0.1:1", 2));
    const auto pinged = store->ping();
    ASSERT_EQ(code_of(pinged), Errc::unavailable);
    EXPECT_NE(pinged.error().detail.find("can't be reached"), std::string::npos);
    EXPECT_EQ(pinged.error().detail.find("127.0.0.1"), std::string::npos) << "addresses stay in the log";
    EXPECT_EQ(code_of(store->open("ab/key", 0)), Errc::unavailable);
    EXPECT_EQ(code_of(store->begin_upload("ab/key", 5, 10)), Errc::unavailable);
}

TEST(S3StoreFaults, what_passes_by_is_asked_again) {
    std::atomic<int> asked{0};
    StubServer server([&](const StubRequest&) -> StubReply {
        switch (++asked) {
        case 1:
            return {503, error_body("SlowDown")};
        case 2:
            return {500, "no xml at all"};
        case 3:
            return {.drop = true};
        default:
            return {200, "", "ETag: \"e\"\r\n"};
        }
    });
    EXPECT_TRUE(must_open(options_for(server.url()))->remove("ab/key"));
    EXPECT_EQ(asked, 4);
}

TEST(S3StoreFaults, what_does_not_pass_by_is_asked_once_and_told_plainly) {
    struct Case {
        int status;
        std::string code;
        Errc expected;
    };
    for (const Case& one : {Case{403, "InvalidAccessKeyId", Errc::unavailable},
                            {403, "SignatureDoesNotMatch", Errc::unavailable},
                            {403, "RequestTimeTooSkewed", Errc::unavailable},
                            {404, "NoSuchBucket", Errc::unavailable},
                            {301, "PermanentRedirect", Errc::unavailable},
                            {507, "XMinioStorageFull", Errc::out_of_space},
                            {400, "SomethingElse", Errc::internal}}) {
        std::atomic<int> asked{0};
        StubServer server([&](const StubRequest&) -> StubReply {
            ++asked;
            return {one.status, error_body(one.code)};
        });
        const auto walked =
            must_open(options_for(server.url()))
                ->each_object([](const std::string&, const ObjectInfo&) -> Result<> { return {}; });
        EXPECT_EQ(code_of(walked), one.expected) << one.code;
        EXPECT_EQ(asked, 1) << one.code;
    }
}

TEST(S3StoreFaults, a_store_that_answers_too_slowly_is_given_up_in_time) {
    StubServer server([&](const StubRequest&) -> StubReply {
        ::usleep(1'500'000);
        return {200, ""};
    });
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(code_of(must_open(options_for(server.url(), 2))->remove("ab/key")), Errc::unavailable);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
}

TEST(S3StoreFaults, answers_that_are_not_those_of_s3_are_refused) {
    std::string body;
    StubServer server([&](const StubRequest&) -> StubReply { return {200, body}; });
    const auto store = must_open(options_for(server.url()));
    const auto walk = [&] {
        return store->each_object([](const std::string&, const ObjectInfo&) -> Result<> { return {}; });
    };
    for (const std::string text : {"", "<html>", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"}) {
        body = text;
        EXPECT_EQ(code_of(walk()), Errc::internal) << text;
    }
    body = std::string((16 << 20) + 1, ' ');
    EXPECT_EQ(code_of(walk()), Errc::internal) << "larger than any answer";
    body = "<R><IsTruncated>true</IsTruncated><NextContinuationToken>same</NextContinuationToken></R>";
    EXPECT_TRUE(walk()) << "a list that leads back to itself has an end";
    body = "<R><Contents><Key>../../etc</Key><Size>1</Size></Contents><Contents><Key>ab</Key><Size>-1</"
           "Size></Contents></R>";
    EXPECT_TRUE(walk());
}

TEST(S3StoreFaults, a_failure_that_comes_with_status_200_is_a_failure) {
    StubServer server([&](const StubRequest& request) -> StubReply {
        if (request.method == "GET")
            return {200, "<R><Part><PartNumber>1</PartNumber><Size>5</Size><ETag>\"e\"</ETag></Part></R>"};
        if (request.target.find("probe") != std::string::npos)
            return {request.method == "PUT" ? 412 : 204, ""};
        return {200, error_body("InternalError")};
    });
    const auto store = must_open(options_for(server.url(), 1));
    const auto completed = store->complete_upload("ab/key", "multipart-5-5-token-id", {{1, 0, "e"}});
    EXPECT_FALSE(completed);
}

TEST(S3StoreFaults, a_store_without_conditional_writes_gets_small_files_in_parts) {
    StubServer server([&](const StubRequest& request) -> StubReply {
        if (request.method == "POST") return {200, "<R><UploadId>the-id</UploadId></R>"};
        return {200, "", "ETag: \"e\"\r\n"};
    });
    const auto store = must_open(options_for(server.url()));
    const auto upload = store->begin_upload("ab/key", 5, 10);
    ASSERT_TRUE(upload) << why(upload);
    EXPECT_TRUE(upload->starts_with("multipart-5-10-")) << *upload;
    EXPECT_NE(store->sign_part("ab/key", *upload, 1, 5, "", 60)->url.find("uploadId=the-id"),
              std::string::npos);
}

TEST(S3StoreFaults, an_object_that_is_cut_off_while_it_is_read_is_asked_for_again) {
    std::atomic<int> asked{0};
    const std::string bytes = bytes_of(100'000);
    StubServer server([&](const StubRequest&) -> StubReply {
        // The first is the question for its size, whose answer has the same length and no body.
        if (++asked == 1) return {200, bytes, "", false, 0};
        if (asked == 2) return {206, bytes, "", false, 60'000};
        return {206, bytes};
    });
    const auto store = must_open(options_for(server.url()));
    const auto hash = hash_object(*store, "ab/key");
    ASSERT_TRUE(hash) << why(hash);
    EXPECT_EQ(hash->sha256, sha256_hex(bytes));
    EXPECT_EQ(asked, 3);
}

// --- a real server behind a line that fails
// ------------------------------------------------------------------

class S3StoreOverABadLine : public testing::Test {
  protected:
    void SetUp() override {
        S3StoreOptions options = tests::S3Server::shared().make_bucket();
        options.endpoint = "http://127.0.0.1:" + std::to_string(line_.port());
        options.request_seconds = 2;
        store_ = must_open(options);
        bytes_ = bytes_of(static_cast<std::size_t>(kPart + 10));
        upload_ = *store_->begin_upload(key_, kPart + 10, kPart);
        first_ = bytes_.substr(0, static_cast<std::size_t>(kPart));
        last_ = bytes_.substr(static_cast<std::size_t>(kPart));
    }
    Result<std::string> send(int number, const std::string& bytes) {
        return send_to_s3(
            *store_->sign_part(key_, upload_, number, static_cast<std::int64_t>(bytes.size()), "", 60),
            bytes);
    }
    std::vector<Part> send_all() { return {{1, 0, *send(1, first_)}, {2, 0, *send(2, last_)}}; }

    tests::TcpProxy line_{tests::S3Server::shared().port()};
    std::unique_ptr<ObjectStore> store_;
    std::string key_ = "ab/plate";
    std::string upload_;
    std::string bytes_;
    std::string first_;
    std::string last_;
};

TEST_F(S3StoreOverABadLine, a_part_that_is_cut_off_counts_for_nothing_and_can_be_sent_again) {
    line_.lose_next_request();
    EXPECT_FALSE(send(1, first_));
    const auto listed = store_->list_parts(key_, upload_);
    ASSERT_TRUE(listed) << why(listed);
    EXPECT_TRUE(listed->empty());
    ASSERT_TRUE(store_->complete_upload(key_, upload_, send_all()));
    EXPECT_EQ(hash_object(*store_, key_)->sha256, sha256_hex(bytes_));
}

TEST_F(S3StoreOverABadLine, a_part_whose_answer_is_lost_may_be_sent_again) {
    line_.lose_next_answer();
    EXPECT_FALSE(send(2, last_));
    ASSERT_TRUE(store_->complete_upload(key_, upload_, send_all()));
}

TEST_F(S3StoreOverABadLine, requests_whose_answers_are_lost_are_repeated_without_harm) {
    const auto parts = send_all();
    line_.lose_next_answer();
    ASSERT_TRUE(store_->list_parts(key_, upload_));
    line_.lose_next_answer();
    const auto completed = store_->complete_upload(key_, upload_, parts);
    ASSERT_TRUE(completed) << why(completed);
    line_.lose_next_answer();
    const auto hashed = hash_object(*store_, key_);
    ASSERT_TRUE(hashed) << why(hashed);
    EXPECT_EQ(hashed->sha256, sha256_hex(bytes_));
    line_.lose_next_answer();
    EXPECT_TRUE(store_->remove(key_));
    EXPECT_FALSE(*store_->stat(key_));
}

TEST_F(S3StoreOverABadLine, complete_whose_own_answer_is_lost_is_known_to_be_done) {
    const auto parts = send_all();
    // As a program that died after the store had done it would find it.
    ASSERT_TRUE(store_->complete_upload(key_, upload_, parts));
    for (int i = 0; i < 2; ++i) {
        line_.lose_next_answer();
        const auto again = store_->complete_upload(key_, upload_, parts);
        ASSERT_TRUE(again) << why(again);
    }
}

TEST_F(S3StoreOverABadLine, a_silent_line_ends_with_the_deadline) {
    line_.fall_silent();
    S3StoreOptions options = options_for("http://127.0.0.1:" + std::to_string(line_.port()), 1);
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(code_of(must_open(options)->stat("ab/key")), Errc::unavailable);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
}

} // namespace
} // namespace bifrost::storage
