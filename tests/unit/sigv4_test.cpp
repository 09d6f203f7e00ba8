// The signer against what AWS published: the examples of the S3 API reference ("Examples: Signature
// Calculations", "Authenticating Requests: Using Query Parameters") and the sig-v4 test suite.

#include <gtest/gtest.h>

#include "core/hash.hpp"
#include "storage/s3/sigv4.hpp"

namespace bifrost::storage {
namespace {

const Timestamp kS3Time = *Timestamp::parse("2013-05-24T00:00:00Z");
const SigningScope kS3Scope{
    {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""}, "us-east-1", "s3"};
const Timestamp kSuiteTime = *Timestamp::parse("2015-08-30T12:36:00Z");
const SigningScope kSuiteScope{
    {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""}, "us-east-1", "service"};

std::string signature(const std::string& text) {
    const std::string mark = "Signature=";
    return text.substr(text.rfind(mark) + mark.size());
}

/// A request of the S3 examples, signed in its headers.
std::string sign_s3(SignableRequest request, const std::string& body = "") {
    const std::string hash = sha256_hex(body);
    request.headers["host"] = "examplebucket.s3.amazonaws.com";
    request.headers["x-amz-date"] = "20130524T000000Z";
    request.headers["x-amz-content-sha256"] = hash;
    return sign_headers(kS3Scope, request, hash, kS3Time);
}

/// A request of the test suite, signed in its headers.
std::string sign_suite(SignableRequest request) {
    request.headers["host"] = "example.amazonaws.com";
    request.headers["x-amz-date"] = "20150830T123600Z";
    return signature(sign_headers(kSuiteScope, request, sha256_hex(""), kSuiteTime));
}

TEST(SigV4, dates_are_written_without_separators) {
    EXPECT_EQ(amz_date(kS3Time), "20130524T000000Z");
    EXPECT_EQ(amz_date({kSuiteTime.micros + 999'999}), "20150830T123600Z");
}

TEST(SigV4, bytes_outside_of_the_unreserved_are_encoded_once_in_upper_case) {
    EXPECT_EQ(uri_encode("a/b c~d-e_f.g", true), "a/b%20c~d-e_f.g");
    EXPECT_EQ(uri_encode("a/b+*%", false), "a%2Fb%2B%2A%25");
    EXPECT_EQ(uri_encode("\xe1\x88\xb4", true), "%E1%88%B4");
}

TEST(SigV4, the_published_get_of_a_range_is_signed_the_same) {
    const std::string signed_text = sign_s3({"GET", "/test.txt", {}, {{"range", "bytes=0-9"}}});
    EXPECT_EQ(signed_text,
              "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
              "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
              "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(SigV4, the_published_put_of_a_name_with_a_dollar_is_signed_the_same) {
    const std::string signed_text =
        sign_s3({"PUT",
                 "/test$file.text",
                 {},
                 {{"date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}}},
                "Welcome to Amazon S3.");
    EXPECT_EQ(signature(signed_text), "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(SigV4, the_published_parameter_without_a_value_is_signed_the_same) {
    EXPECT_EQ(signature(sign_s3({"GET", "/", {{"lifecycle", ""}}, {}})),
              "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST(SigV4, the_published_list_is_signed_the_same_whatever_the_order_of_its_parameters) {
    EXPECT_EQ(signature(sign_s3({"GET", "/", {{"prefix", "J"}, {"max-keys", "2"}}, {}})),
              "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(SigV4, the_published_signed_url_is_the_same) {
    EXPECT_EQ(
        presign(kS3Scope, {"GET", "/test.txt", {}, {{"host", "examplebucket.s3.amazonaws.com"}}}, kS3Time,
                86'400),
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3"
        "%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST(SigV4, the_suite_is_signed_the_same) {
    EXPECT_EQ(sign_suite({"GET", "/", {}, {}}),
              "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
    EXPECT_EQ(sign_suite({"GET", "/", {{"Param2", "value2"}, {"Param1", "value1"}}, {}}),
              "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
    EXPECT_EQ(sign_suite({"GET", "/", {{"Param1", "value2"}, {"Param1", "value1"}}, {}}),
              "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694");
    EXPECT_EQ(
        sign_suite({"GET", "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", {}, {}}),
        "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f");
    EXPECT_EQ(sign_suite({"GET", "/", {}, {{"my-header1", "value2,value2,value1"}}}),
              "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea");
}

TEST(SigV4, the_suites_canonical_request_is_the_same) {
    const SignableRequest request{"GET",
                                  "/",
                                  {{"Param2", "value2"}, {"Param1", "value1"}},
                                  {{"host", "example.amazonaws.com"}, {"x-amz-date", "20150830T123600Z"}}};
    EXPECT_EQ(sha256_hex(canonical_request(request, sha256_hex(""))),
              "816cd5b414d056048ba4f7c5386d6e0533120fb1fcfa93762cf0fc39e2cf19e0");
}

TEST(SigV4, temporary_keys_put_their_token_into_what_is_signed) {
    SigningScope scope = kS3Scope;
    scope.keys.session_token = "a/token+of==the day";
    const std::string query =
        presign(scope, {"GET", "/test.txt", {}, {{"host", "examplebucket.s3.amazonaws.com"}}}, kS3Time, 60);
    EXPECT_NE(query.find("X-Amz-Security-Token=a%2Ftoken%2Bof%3D%3Dthe%20day"), std::string::npos) << query;
    scope.keys.session_token = "another";
    EXPECT_NE(signature(query),
              signature(presign(scope, {"GET", "/test.txt", {}, {{"host", "examplebucket.s3.amazonaws.com"}}},
                                kS3Time, 60)));
}

} // namespace
} // namespace bifrost::storage
