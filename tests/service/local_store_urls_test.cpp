// Signed URLs: whoever has one may do exactly what was signed, for as long as it was signed.

#include "local_store_support.hpp"

namespace bifrost::storage {
namespace {

class LocalStoreUrls : public LocalStoreTest {
  protected:
    void SetUp() override {
        upload_ = *store_->begin_upload(key_, 25, 10);
        part_ = target_of(*store_->sign_part(key_, upload_, 1, 10, sha256_hex(bytes_of(10)), 60));
        put(*store_, "ab/stored", "stored bytes");
        download_ = target_of(*store_->sign_download("ab/stored", {"wood käse & co.png", "image/png", 60}));
    }

    [[nodiscard]] Errc receive(const std::string& path, const std::string& query) {
        return code_of(store_->receive_part(path, query, 10));
    }

    std::string upload_;
    Target part_;
    Target download_;
};

TEST_F(LocalStoreUrls, a_part_url_with_any_character_changed_is_refused) {
    ASSERT_TRUE(store_->receive_part(part_.path, part_.query, 10));
    for (std::size_t i = 0; i < part_.query.size(); ++i) {
        Target altered = part_;
        altered.query[i] = altered.query[i] == '1' ? '2' : '1';
        EXPECT_EQ(receive(altered.path, altered.query), Errc::forbidden) << altered.query;
    }
    for (std::size_t i = 0; i < part_.path.size(); ++i) {
        Target altered = part_;
        altered.path[i] = altered.path[i] == '2' ? '3' : '2';
        EXPECT_EQ(receive(altered.path, altered.query), Errc::forbidden) << altered.path;
    }
}

TEST_F(LocalStoreUrls, a_parameter_added_repeated_or_left_out_is_refused) {
    EXPECT_EQ(receive(part_.path, part_.query + "&x=1"), Errc::forbidden);
    EXPECT_EQ(receive(part_.path, part_.query + "&size=10"), Errc::forbidden);
    EXPECT_EQ(receive(part_.path, "size=10&" + part_.query), Errc::forbidden);
    EXPECT_EQ(receive(part_.path, ""), Errc::forbidden);
    EXPECT_EQ(receive(part_.path, "&&&"), Errc::forbidden);
    EXPECT_EQ(receive(part_.path, "signature=&expires=99999999999"), Errc::forbidden);
    EXPECT_EQ(receive(part_.path, std::string(100'000, 'a')), Errc::forbidden);
    for (const std::string name : {"key=", "sha256=", "size=", "expires="}) {
        std::string query = part_.query;
        const std::size_t begin = query.find(name);
        ASSERT_NE(begin, std::string::npos) << name;
        query.erase(begin, query.find('&', begin) - begin + 1);
        EXPECT_EQ(receive(part_.path, query), Errc::forbidden) << query;
    }
}

TEST_F(LocalStoreUrls, a_percent_sign_without_its_digits_is_refused) {
    for (const char* broken : {"%", "%2", "%zz", "%2%"}) {
        EXPECT_EQ(receive(part_.path, part_.query + broken), Errc::forbidden);
        EXPECT_EQ(receive(part_.path, std::string("a=") + broken + '&' + part_.query), Errc::forbidden);
    }
}

TEST_F(LocalStoreUrls, another_order_or_encoding_of_the_same_parameters_is_the_same_url) {
    const std::size_t first = part_.query.find('&');
    std::string query = part_.query.substr(first + 1) + '&' + part_.query.substr(0, first);
    query.replace(query.find("ab/cd"), 5, "ab%2Fc%64");
    EXPECT_TRUE(store_->receive_part(part_.path, query, 10));
}

TEST_F(LocalStoreUrls, the_path_may_come_with_its_prefix) {
    EXPECT_TRUE(store_->receive_part("/api/v1/storage" + part_.path, part_.query, 10));
    EXPECT_EQ(receive("/api/v1/storage/api/v1/storage" + part_.path, part_.query), Errc::forbidden);
    const auto opened = store_->open_signed("/api/v1/storage" + download_.path, download_.query);
    ASSERT_TRUE(opened) << why(opened);
    ::close(opened->descriptor);
}

TEST_F(LocalStoreUrls, a_url_serves_its_own_part_and_upload_only) {
    const std::string other = *store_->begin_upload("ab/other", 25, 10);
    const std::string sub = part_.path.substr(0, part_.path.rfind('/') + 1);
    EXPECT_EQ(receive(sub + "2", part_.query), Errc::forbidden);
    EXPECT_EQ(receive("/uploads/" + other + "/1", part_.query), Errc::forbidden);
    EXPECT_EQ(code_of(store_->open_signed(part_.path, part_.query)), Errc::forbidden);
    EXPECT_EQ(receive(download_.path, download_.query), Errc::forbidden);
}

TEST_F(LocalStoreUrls, paths_that_lead_elsewhere_are_refused) {
    for (const char* path : {"", "/", "/uploads", "/uploads/", "/uploads//1", "/uploads/../../etc/passwd/1",
                             "/uploads/./1", "/objects/../uploads", "/objects/%2e%2e/x", "uploads/x/1"}) {
        EXPECT_EQ(receive(path, part_.query), Errc::forbidden) << path;
        EXPECT_EQ(code_of(store_->open_signed(path, download_.query)), Errc::forbidden) << path;
    }
}

TEST_F(LocalStoreUrls, an_expired_url_is_refused_with_a_sentence_that_says_so) {
    const auto url = *store_->sign_part(key_, upload_, 1, 10, "", 1);
    const Target target = target_of(url);
    ASSERT_TRUE(store_->receive_part(target.path, target.query, 10));
    while (Timestamp::now() < url.expires_at) ::usleep(20'000);
    const auto late = store_->receive_part(target.path, target.query, 10);
    ASSERT_EQ(code_of(late), Errc::forbidden);
    EXPECT_NE(late.error().detail.find("expired"), std::string::npos);
}

TEST_F(LocalStoreUrls, a_store_with_another_signing_key_refuses_them) {
    auto other = open_local_store({root_, "another secret of thirty-two bytes or more"});
    ASSERT_TRUE(other);
    EXPECT_EQ(code_of((*other)->receive_part(part_.path, part_.query, 10)), Errc::forbidden);
}

TEST_F(LocalStoreUrls, every_url_of_an_upload_is_dead_after_complete) {
    const Target again = target_of(*store_->sign_part(key_, upload_, 2, 10, "", 60));
    std::vector<Part> parts;
    for (int number = 1; number <= 3; ++number) {
        const std::string bytes = bytes_of(number == 3 ? 5 : 10);
        parts.push_back({number, 0, *send_part(*store_, key_, upload_, number, bytes)});
    }
    ASSERT_TRUE(store_->complete_upload(key_, upload_, parts));
    EXPECT_EQ(receive(part_.path, part_.query), Errc::forbidden);
    EXPECT_EQ(receive(again.path, again.query), Errc::forbidden);
    const Target fresh = target_of(*store_->sign_part(key_, upload_, 2, 10, "", 60));
    EXPECT_EQ(receive(fresh.path, fresh.query), Errc::forbidden);
    EXPECT_EQ(read_object(*store_, key_), bytes_of(10) + bytes_of(10) + bytes_of(5));
}

TEST_F(LocalStoreUrls, every_url_of_an_upload_is_dead_after_abort_while_a_part_comes) {
    auto writer = store_->receive_part(part_.path, part_.query, 10);
    ASSERT_TRUE(writer);
    ASSERT_TRUE(store_->abort_upload(key_, upload_));
    const std::string bytes = bytes_of(10);
    EXPECT_TRUE((*writer)->write(bytes.data(), bytes.size()));
    EXPECT_EQ(code_of((*writer)->finish()), Errc::forbidden);
    EXPECT_EQ(receive(part_.path, part_.query), Errc::forbidden);
    EXPECT_EQ(code_of(store_->list_parts(key_, upload_)), Errc::not_found);
    EXPECT_TRUE(store_->abort_upload(key_, upload_)) << "one that is gone is no error";
}

TEST_F(LocalStoreUrls, a_length_other_than_the_signed_one_is_refused_before_any_byte) {
    EXPECT_EQ(code_of(store_->receive_part(part_.path, part_.query, 9)), Errc::invalid);
    EXPECT_EQ(code_of(store_->receive_part(part_.path, part_.query, 11)), Errc::invalid);
    EXPECT_TRUE(store_->receive_part(part_.path, part_.query, -1)) << "unknown until it ends";
}

TEST_F(LocalStoreUrls, a_size_that_the_upload_has_no_part_of_is_refused) {
    for (const auto& [number, size] : {std::pair{1, 9}, {3, 10}, {4, 5}, {2'000'000'000, 10}}) {
        const Target wrong = target_of(*store_->sign_part(key_, upload_, number, size, "", 60));
        EXPECT_EQ(code_of(store_->receive_part(wrong.path, wrong.query, size)), Errc::invalid) << number;
    }
}

TEST_F(LocalStoreUrls, a_signed_hash_stands_in_the_header_that_object_stores_use) {
    const auto url = *store_->sign_part(key_, upload_, 1, 10, sha256_hex("hello"), 60);
    ASSERT_EQ(url.headers.size(), 1U);
    EXPECT_EQ(url.headers[0].first, "x-amz-checksum-sha256");
    EXPECT_EQ(url.headers[0].second, "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=");
    EXPECT_TRUE(store_->sign_part(key_, upload_, 1, 10, "", 60)->headers.empty());
}

TEST_F(LocalStoreUrls, nothing_is_signed_that_could_not_be_used) {
    EXPECT_EQ(code_of(store_->sign_part("../x", upload_, 1, 10, "", 60)), Errc::invalid);
    EXPECT_EQ(code_of(store_->sign_part(key_, "../x", 1, 10, "", 60)), Errc::not_found);
    EXPECT_EQ(code_of(store_->sign_part(key_, upload_, 0, 10, "", 60)), Errc::invalid);
    EXPECT_EQ(code_of(store_->sign_part(key_, upload_, 1, 0, "", 60)), Errc::invalid);
    EXPECT_EQ(code_of(store_->sign_part(key_, upload_, 1, 10, "XYZ", 60)), Errc::invalid);
    EXPECT_EQ(code_of(store_->sign_part(key_, upload_, 1, 10, "", 0)), Errc::invalid);
    EXPECT_EQ(code_of(store_->sign_download("a/../b", {})), Errc::invalid);
}

TEST_F(LocalStoreUrls, a_download_url_with_any_character_changed_is_refused) {
    const auto opened = store_->open_signed(download_.path, download_.query);
    ASSERT_TRUE(opened) << why(opened);
    ::close(opened->descriptor);
    for (std::size_t i = 0; i < download_.query.size(); ++i) {
        Target altered = download_;
        altered.query[i] = altered.query[i] == '1' ? '2' : '1';
        EXPECT_EQ(code_of(store_->open_signed(altered.path, altered.query)), Errc::forbidden)
            << altered.query;
    }
    EXPECT_EQ(code_of(store_->open_signed("/objects/ab/stores", download_.query)), Errc::forbidden);
}

TEST_F(LocalStoreUrls, a_download_carries_its_name_type_and_size) {
    const auto opened = store_->open_signed(download_.path, download_.query);
    ASSERT_TRUE(opened) << why(opened);
    EXPECT_EQ(opened->size, 12);
    EXPECT_EQ(opened->file_name, "wood käse & co.png");
    EXPECT_EQ(opened->media_type, "image/png");
    char bytes[32];
    EXPECT_EQ(::read(opened->descriptor, bytes, sizeof bytes), 12);
    ::close(opened->descriptor);
}

TEST_F(LocalStoreUrls, the_download_of_a_removed_object_is_not_found) {
    ASSERT_TRUE(store_->remove("ab/stored"));
    EXPECT_EQ(code_of(store_->open_signed(download_.path, download_.query)), Errc::not_found);
}

} // namespace
} // namespace bifrost::storage
