#pragma once
// AWS Signature Version 4, in headers and in a query. From "Authenticating Requests (AWS Signature Version
// 4)" of the Amazon S3 API reference; the published examples and the sig-v4 test suite are in the unit tests.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/timestamp.hpp"

namespace bifrost::storage {

struct S3Keys {
    std::string access_key;
    std::string secret_key;
    std::string session_token; ///< of temporary keys; empty otherwise
};

/// Whose request, and for what part of which service.
struct SigningScope {
    S3Keys keys;
    std::string region;
    std::string service = "s3";
};

/// Query parameters, not encoded; a name may stand there twice.
using S3Query = std::vector<std::pair<std::string, std::string>>;
/// By lower-case name.
using S3Headers = std::map<std::string, std::string>;

/// What is signed: everything that changes what the request does.
struct SignableRequest {
    std::string method;
    std::string path = "/"; ///< not encoded; S3 doesn't normalise it, so neither is it here
    S3Query query;
    S3Headers headers; ///< all that are to be signed, "host" among them
};

/// What stands for the hash of a body whose bytes the signer doesn't know.
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

/// RFC 3986's unreserved characters stay, every other byte becomes %XX. A slash stays in a path only.
std::string uri_encode(std::string_view text, bool keep_slash);
/// Sorted and encoded, as it is signed; as good as any other order in the URL itself.
std::string canonical_query(const S3Query& query);
/// The text whose hash is signed.
std::string canonical_request(const SignableRequest& request, std::string_view payload_hash);
/// "20130524T000000Z"
std::string amz_date(Timestamp time);

/// The value of the header `Authorization`. `request.headers` hold x-amz-date (of the same `time`).
std::string sign_headers(const SigningScope& scope, const SignableRequest& request,
                         std::string_view payload_hash, Timestamp time);
/// The encoded query of a URL that anyone may use for `valid_seconds` (1 to 604,800) from `time` on. Who uses
/// it sends the headers of `request` exactly so; the bytes of a body may be any.
std::string presign(const SigningScope& scope, SignableRequest request, Timestamp time, int valid_seconds);

} // namespace bifrost::storage
