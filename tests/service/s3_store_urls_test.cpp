// Signed URLs of the store on S3, used by whoever has them.

#include <gtest/gtest.h>
#include <unistd.h>

#include "core/hash.hpp"
#include "local_store_support.hpp"
#include "s3_store_support.hpp"

namespace bifrost::storage {
namespace {

constexpr std::int64_t kPart = 5 << 20;

class S3StoreUrls : public testing::Test {
  protected:
    void SetUp() override {
        single_ = *store_->begin_upload("ab/single", 5, kPart);
        part_ = *store_->sign_part("ab/single", single_, 1, 5, sha256_hex("right"), 60);
    }
    void put(const std::string& key, const std::string& bytes) {
        const auto size = static_cast<std::int64_t>(bytes.size());
        const auto upload = *store_->begin_upload(key, size, kPart);
        const auto etag = send_to_s3(*store_->sign_part(key, upload, 1, size, "", 60), bytes);
        ASSERT_TRUE(store_->complete_upload(key, upload, {{1, 0, *etag}}));
    }

    S3StoreOptions options_ = tests::S3Server::shared().make_bucket();
    std::unique_ptr<ObjectStore> store_ = must_open(options_);
    std::string single_;
    SignedUrl part_;
};

TEST_F(S3StoreUrls, a_part_url_altered_in_any_part_is_refused) {
    const std::size_t origin = options_.endpoint.size();
    for (std::size_t i = origin + 1; i < part_.url.size(); ++i) {
        SignedUrl altered = part_;
        altered.url[i] = altered.url[i] == '1' ? '2' : '1';
        const S3Answer answer = exchange_with_s3("PUT", altered, "right");
        EXPECT_GE(answer.status, 400) << altered.url << answer.body;
        EXPECT_LT(answer.status, 500) << altered.url << answer.body;
    }
    EXPECT_TRUE(store_->list_parts("ab/single", single_)->empty());
}

TEST_F(S3StoreUrls, a_parameter_added_or_left_out_is_refused) {
    SignedUrl more = part_;
    more.url += "&x-id=PutObject";
    EXPECT_EQ(exchange_with_s3("PUT", more, "right").status, 403);
    for (const std::string name : {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires",
                                   "X-Amz-SignedHeaders", "X-Amz-Signature"}) {
        SignedUrl less = part_;
        const auto begin = less.url.find(name);
        ASSERT_NE(begin, std::string::npos);
        const auto end = less.url.find('&', begin);
        less.url.erase(begin, end == std::string::npos ? end : end - begin + 1);
        const int status = exchange_with_s3("PUT", less, "right").status;
        EXPECT_TRUE(status == 400 || status == 403) << name << status;
    }
}

TEST_F(S3StoreUrls, headers_that_were_signed_can_not_be_changed_or_left_out) {
    for (std::size_t i = 0; i < part_.headers.size(); ++i) {
        SignedUrl less = part_;
        less.headers.erase(less.headers.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_EQ(exchange_with_s3("PUT", less, "right").status, 403) << part_.headers[i].first;
        SignedUrl other = part_;
        other.headers[i].second = "other";
        EXPECT_GE(exchange_with_s3("PUT", other, "right").status, 400) << part_.headers[i].first;
    }
    EXPECT_TRUE(store_->list_parts("ab/single", single_)->empty());
}

TEST_F(S3StoreUrls, a_url_serves_its_own_method_and_object_only) {
    put("ab/stored", "stored bytes");
    EXPECT_EQ(exchange_with_s3("GET", part_).status, 403);
    EXPECT_EQ(exchange_with_s3("DELETE", part_).status, 403);
    const auto download = *store_->sign_download("ab/stored", {"a.png", "image/png", 60});
    EXPECT_EQ(exchange_with_s3("PUT", download, "x").status, 403);
    EXPECT_EQ(exchange_with_s3("DELETE", download).status, 403);
    SignedUrl elsewhere = download;
    elsewhere.url.replace(elsewhere.url.find("ab/stored"), 9, "ab/secret");
    EXPECT_EQ(exchange_with_s3("GET", elsewhere).status, 403);
    EXPECT_EQ(exchange_with_s3("GET", download).status, 200);
}

TEST_F(S3StoreUrls, an_expired_url_is_refused) {
    const auto url = *store_->sign_part("ab/single", single_, 1, 5, "", 1);
    const auto limit = url.expires_at.plus_seconds(1); // both clocks count whole seconds
    while (Timestamp::now() <= limit) ::usleep(20'000);
    const S3Answer answer = exchange_with_s3("PUT", url, "right");
    EXPECT_EQ(answer.status, 403) << answer.body;
    EXPECT_NE(answer.body.find("xpired"), std::string::npos) << answer.body;
    EXPECT_TRUE(store_->list_parts("ab/single", single_)->empty());
}

TEST_F(S3StoreUrls, bytes_that_lie_under_the_url_of_a_single_upload_are_replaced_by_nobody) {
    ASSERT_EQ(exchange_with_s3("PUT", part_, "right").status, 200);
    EXPECT_EQ(exchange_with_s3("PUT", part_, "right").status, 412) << "sent twice";
    const auto listed = *store_->list_parts("ab/single", single_);
    ASSERT_EQ(listed.size(), 1U);
    ASSERT_TRUE(store_->complete_upload("ab/single", single_, listed));
    EXPECT_EQ(exchange_with_s3("PUT", part_, "wrong").status / 100, 4);
    ASSERT_TRUE(store_->complete_upload("ab/single", single_, listed)) << "again";
}

TEST_F(S3StoreUrls, a_download_has_its_name_and_type_and_ranges) {
    put("ab/stored", "stored bytes");
    const auto url = *store_->sign_download("ab/stored", {"wood käse & co.png", "image/png", 60});
    const S3Answer whole = exchange_with_s3("GET", url);
    EXPECT_EQ(whole.body, "stored bytes");
    EXPECT_EQ(whole.header("content-type"), "image/png");
    EXPECT_EQ(whole.header("content-disposition"),
              "inline; filename*=UTF-8''wood%20k%C3%A4se%20%26%20co.png");
    const S3Answer range = exchange_with_s3("GET", url, "", {{"range", "bytes=7-8"}});
    EXPECT_EQ(range.status, 206);
    EXPECT_EQ(range.body, "by");
    EXPECT_EQ(range.header("content-range"), "bytes 7-8/12");
    EXPECT_EQ(exchange_with_s3("GET", url, "", {{"range", "bytes=12-"}}).status, 416);
    const auto page = *store_->sign_download("ab/stored", {"page.html", "text/html", 60});
    EXPECT_TRUE(exchange_with_s3("GET", page).header("content-disposition").starts_with("attachment"));
}

TEST_F(S3StoreUrls, a_browser_of_a_named_origin_may_upload_and_read_the_etag) {
    ASSERT_TRUE(apply_s3_cors(options_, {"https://bifrost.studio"}));
    const auto preflight = [&](const std::string& origin) {
        return exchange_with_s3("OPTIONS", {part_.url, {}, {}}, "",
                                {{"origin", origin},
                                 {"access-control-request-method", "PUT"},
                                 {"access-control-request-headers", "if-none-match,x-amz-checksum-sha256"}});
    };
    EXPECT_EQ(preflight("https://bifrost.studio").status, 200);
    EXPECT_EQ(preflight("https://elsewhere.example").status, 403);
    const S3Answer answer = exchange_with_s3("PUT", part_, "right", {{"origin", "https://bifrost.studio"}});
    EXPECT_EQ(answer.status, 200);
    EXPECT_NE(answer.header("access-control-expose-headers").find("ETag"), std::string::npos);
}

TEST_F(S3StoreUrls, lists_of_more_than_a_page_are_read_to_their_end) {
    constexpr int kCount = 1'003;
    for (int i = 0; i < kCount; ++i) {
        const std::string key = "many/" + std::to_string(i);
        const std::string upload = *store_->begin_upload(key, 1, kPart);
        ASSERT_TRUE(store_->put_part(key, upload, 1, "x"));
    }
    std::set<std::string> seen;
    ASSERT_TRUE(store_->each_object([&](const std::string& key, const ObjectInfo&) -> Result<> {
        seen.insert(key);
        return {};
    }));
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(kCount));
}

} // namespace
} // namespace bifrost::storage
