#include "storage/s3/s3_store.hpp"

#include "core/hash.hpp"
#include "core/json_writer.hpp"
#include "storage/encoding.hpp"
#include "storage/s3/s3_object_store.hpp"

namespace bifrost::storage {
namespace {

struct Addresses {
    S3Address own;
    S3Address of_clients;
};

/// "Bucket naming rules" of the user guide, as far as a URL depends on them.
bool is_bucket_name(const std::string& name) {
    if (name.size() < 3 || name.size() > 63) return false;
    for (const char c : name)
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.')) return false;
    return name.front() != '-' && name.front() != '.' && name.back() != '-' && name.back() != '.';
}

Result<Addresses> check_options(const S3StoreOptions& options) {
    if (!is_bucket_name(options.bucket))
        return Error{Errc::invalid,
                     "S3_BUCKET must be the name of a bucket: 3 to 63 of a-z, 0-9, '-' and '.'."};
    if (options.region.empty()) return Error{Errc::invalid, "S3_REGION must not be empty."};
    if (options.access_key.empty() || options.secret_key.empty())
        return Error{Errc::invalid, "The object store needs an access key and a secret key."};
    if (options.request_seconds < 1 || options.completion_seconds < 1 || options.attempts < 1)
        return Error{Errc::invalid, "Deadlines and attempts of requests to the object store are at least 1."};
    const std::string endpoint =
        options.endpoint.empty() ? "https://s3." + options.region + ".amazonaws.com" : options.endpoint;
    Addresses addresses;
    BIFROST_ASSIGN(addresses.own, parse_s3_address(options, endpoint, "S3_ENDPOINT"));
    BIFROST_ASSIGN(addresses.of_clients,
                   parse_s3_address(options,
                                    options.public_endpoint.empty() ? endpoint : options.public_endpoint,
                                    "S3_PUBLIC_ENDPOINT"));
    return addresses;
}

std::string cors_xml(const std::vector<std::string>& origins) {
    std::string xml = "<CORSConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><CORSRule>";
    for (const auto& origin : origins) xml += "<AllowedOrigin>" + xml_escape(origin) + "</AllowedOrigin>";
    for (const std::string method : {"GET", "HEAD", "PUT"})
        xml += "<AllowedMethod>" + method + "</AllowedMethod>";
    xml += "<AllowedHeader>*</AllowedHeader>";
    for (const std::string header : {"ETag", "Content-Range", "Accept-Ranges"})
        xml += "<ExposeHeader>" + header + "</ExposeHeader>";
    return xml + "<MaxAgeSeconds>3600</MaxAgeSeconds></CORSRule></CORSConfiguration>";
}

} // namespace

Result<std::unique_ptr<ObjectStore>> open_s3_store(const S3StoreOptions& options) {
    BIFROST_ASSIGN(Addresses addresses, check_options(options));
    return std::unique_ptr<ObjectStore>(
        std::make_unique<S3ObjectStore>(options, std::move(addresses.own), std::move(addresses.of_clients)));
}

Result<std::string> s3_client_origin(const S3StoreOptions& options) {
    BIFROST_ASSIGN(const auto addresses, check_options(options));
    return addresses.of_clients.origin;
}

std::string s3_cors_json(const std::vector<std::string>& origins) {
    return "{\"CORSRules\":[{\"AllowedOrigins\":" + json::to_json(origins) +
           ",\"AllowedMethods\":[\"GET\",\"HEAD\",\"PUT\"],\"AllowedHeaders\":[\"*\"],"
           "\"ExposeHeaders\":[\"ETag\",\"Content-Range\",\"Accept-Ranges\"],\"MaxAgeSeconds\":3600}]}";
}

Result<> apply_s3_cors(const S3StoreOptions& options, const std::vector<std::string>& origins) {
    BIFROST_ASSIGN(Addresses addresses, check_options(options));
    S3Client client(options, std::move(addresses.own), std::move(addresses.of_clients));
    S3Request request{"PUT", "", {{"cors", ""}}};
    const std::string body = cors_xml(origins);
    request.body = body;
    request.headers["content-type"] = "application/xml";
    // S3 takes settings of a bucket with a checksum only.
    request.headers["x-amz-checksum-sha256"] = base64_of_hex(sha256_hex(body));
    BIFROST_CHECK(client.send(request));
    return {};
}

Result<> make_s3_bucket(const S3StoreOptions& options) {
    BIFROST_ASSIGN(Addresses addresses, check_options(options));
    S3Client client(options, std::move(addresses.own), std::move(addresses.of_clients));
    S3Request request{"PUT", ""};
    std::string body;
    if (options.region != "us-east-1")
        body = "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
               "<LocationConstraint>" +
               xml_escape(options.region) + "</LocationConstraint></CreateBucketConfiguration>";
    request.body = body;
    BIFROST_CHECK(client.send(request, {409}));
    return {};
}

} // namespace bifrost::storage
