// What S3 says and what we keep of it: XML, ids of uploads, etags, hashes.

#include <gtest/gtest.h>

#include "core/hash.hpp"
#include "storage/encoding.hpp"
#include "storage/s3/s3_store.hpp"
#include "storage/s3/s3_upload.hpp"
#include "storage/s3/s3_xml.hpp"

namespace bifrost::storage {
namespace {

TEST(S3Xml, what_is_no_xml_is_refused) {
    EXPECT_FALSE(parse_xml(""));
    EXPECT_FALSE(parse_xml("<html><body>Bad Gateway</html>"));
    EXPECT_FALSE(parse_xml("<Error><Code>a</Code>"));
    EXPECT_FALSE(parse_xml("<a/><b/>"));
    EXPECT_FALSE(parse_xml(std::string("<a>\xff</a>")));
}

TEST(S3Xml, entities_of_a_document_type_are_refused_before_they_grow) {
    EXPECT_FALSE(parse_xml("<!DOCTYPE a [<!ENTITY x \"xxxxxxxxxx\"><!ENTITY y \"&x;&x;&x;\">]><a>&y;</a>"));
    EXPECT_FALSE(parse_xml("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"));
}

TEST(S3Xml, depth_and_number_of_elements_have_limits) {
    std::string deep;
    for (int i = 0; i < 17; ++i) deep += "<a>";
    for (int i = 0; i < 17; ++i) deep += "</a>";
    EXPECT_FALSE(parse_xml(deep));
    std::string wide = "<a>";
    for (int i = 0; i < 200'001; ++i) wide += "<b/>";
    EXPECT_FALSE(parse_xml(wide + "</a>"));
}

TEST(S3Xml, text_numbers_and_prefixes_are_read) {
    const auto root =
        parse_xml("<?xml version=\"1.0\"?>\n<s3:R xmlns:s3=\"urn:x\"><Key>a&amp;b&#x41;</Key><Size>12</Size>"
                  "<Size>13</Size><Wrong>1e3</Wrong></s3:R>");
    ASSERT_TRUE(root);
    EXPECT_EQ(root->name, "R");
    EXPECT_EQ(root->text_of("Key"), "a&bA");
    EXPECT_EQ(root->number_of("Size"), 12);
    EXPECT_FALSE(root->number_of("Wrong"));
    EXPECT_FALSE(root->number_of("None"));
    EXPECT_EQ(xml_escape("<a b=\"c\">&'"), "&lt;a b=&quot;c&quot;&gt;&amp;&apos;");
}

TEST(S3UploadId, everything_that_is_not_one_is_refused) {
    for (const char* text : {"", "single", "single-1-2", "single-1-2-", "single-x-2-t", "single-1-0-t",
                             "multipart-1-2-t", "multipart-1-2-t-", "found-", "other-1-2-t", "single--1-2-t"})
        EXPECT_FALSE(parse_s3_upload(text)) << text;
}

TEST(S3UploadId, what_was_written_is_read_again) {
    for (const char* text : {"single-25-10-ab", "multipart-25-10-ab-an-id.with_-dashes", "found-any-id"}) {
        const auto upload = parse_s3_upload(text);
        ASSERT_TRUE(upload) << text;
        EXPECT_EQ(upload->text(), text);
    }
    EXPECT_EQ(parse_s3_upload("multipart-25-10-ab-x-y")->id, "x-y");
}

TEST(S3UploadId, etags_of_parts_make_up_the_objects) {
    // md5 of the 16 raw bytes of md5("")
    EXPECT_EQ(multipart_etag({{1, 0, "d41d8cd98f00b204e9800998ecf8427e"}}),
              "59adb24ef3cdbe0297f05b395827453f-1");
    EXPECT_FALSE(multipart_etag({{1, 0, "d41d8cd98f00b204e9800998ecf8427"}}));
    EXPECT_FALSE(multipart_etag({{1, 0, "z41d8cd98f00b204e9800998ecf8427e"}}));
}

TEST(S3Options, each_bad_setting_is_named) {
    S3StoreOptions good;
    good.bucket = "studio-objects";
    good.access_key = "key";
    good.secret_key = "secret";
    EXPECT_TRUE(open_s3_store(good));
    const auto fault = [&](auto change) {
        S3StoreOptions options = good;
        change(options);
        const auto opened = open_s3_store(options);
        return opened ? std::string() : opened.error().detail;
    };
    EXPECT_NE(fault([](auto& o) { o.bucket = "No/Bucket"; }).find("S3_BUCKET"), std::string::npos);
    EXPECT_NE(fault([](auto& o) { o.endpoint = "s3.example.com"; }).find("S3_ENDPOINT"), std::string::npos);
    EXPECT_NE(fault([](auto& o) { o.endpoint = "http://a/b"; }).find("S3_ENDPOINT"), std::string::npos);
    EXPECT_NE(fault([](auto& o) { o.public_endpoint = "ftp://x"; }).find("S3_PUBLIC_ENDPOINT"),
              std::string::npos);
    EXPECT_NE(fault([](auto& o) { o.region = ""; }).find("S3_REGION"), std::string::npos);
    EXPECT_NE(fault([](auto& o) { o.secret_key = ""; }).find("secret key"), std::string::npos);
}

TEST(S3Options, urls_are_signed_for_the_address_that_clients_see) {
    S3StoreOptions options;
    options.bucket = "studio";
    options.access_key = "key";
    options.secret_key = "secret";
    options.endpoint = "http://10.0.0.5:9000";
    options.public_endpoint = "https://files.example.com:443/";
    const auto store = open_s3_store(options);
    ASSERT_TRUE(store);
    const auto url = (*store)->sign_download("ab/key", {"wood käse.png", "image/png", 60});
    ASSERT_TRUE(url);
    EXPECT_TRUE(url->url.starts_with("https://files.example.com/studio/ab/key?")) << url->url;
    EXPECT_NE(
        url->url.find(
            "response-content-disposition=inline%3B%20filename%2A%3DUTF-8%27%27wood%2520k%25C3%25A4se.png"),
        std::string::npos)
        << url->url;
    options.path_style = false;
    options.public_endpoint.clear();
    options.endpoint.clear();
    options.region = "eu-central-1";
    const auto aws = (*open_s3_store(options))->sign_download("ab/key", {"", "", 60});
    EXPECT_TRUE(aws->url.starts_with("https://studio.s3.eu-central-1.amazonaws.com/ab/key?")) << aws->url;
}

TEST(S3Options, cors_settings_name_the_origins_and_what_uploads_need) {
    EXPECT_EQ(s3_cors_json({"https://a.example", "https://b.example"}),
              "{\"CORSRules\":[{\"AllowedOrigins\":[\"https://a.example\",\"https://b.example\"],"
              "\"AllowedMethods\":[\"GET\",\"HEAD\",\"PUT\"],\"AllowedHeaders\":[\"*\"],"
              "\"ExposeHeaders\":[\"ETag\",\"Content-Range\",\"Accept-Ranges\"],\"MaxAgeSeconds\":3600}]}");
}

TEST(Encoding, a_hash_is_the_same_in_hex_and_in_base64) {
    const std::string hash = sha256_hex("bifrost");
    EXPECT_EQ(sha256_hex_of_base64(base64_of_hex(hash)), hash);
    EXPECT_FALSE(sha256_hex_of_base64("QUJD"));
    EXPECT_FALSE(sha256_hex_of_base64(base64_of_hex(hash) + "-2")) << "a checksum of checksums";
}

} // namespace
} // namespace bifrost::storage
