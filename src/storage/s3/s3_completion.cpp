// Beginning, completing and aborting uploads.

#include <algorithm>

#include "core/hash.hpp"
#include "core/log.hpp"
#include "core/random.hpp"
#include "storage/encoding.hpp"
#include "storage/object_key.hpp"
#include "storage/s3/s3_object_store.hpp"

namespace bifrost::storage {
namespace {

// "Amazon S3 multipart upload limits" of the user guide.
constexpr std::int64_t kLeastPart = 5LL << 20;
constexpr std::int64_t kLargestPart = 5LL << 30;
constexpr std::int64_t kMostParts = 10'000;

Error no_such_upload() { return {Errc::not_found, "The store has no such upload; begin another."}; }
Error foreign_object() {
    return {Errc::conflict, "Another object lies under this key; every upload needs a key of its own."};
}

std::string without_quotes(std::string etag) {
    if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') return etag.substr(1, etag.size() - 2);
    return etag;
}

std::string completion_body(const std::vector<Part>& parts) {
    std::string body = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    for (const auto& part : parts) {
        body += "<Part><PartNumber>";
        body += std::to_string(part.number);
        body += "</PartNumber><ETag>&quot;";
        body += xml_escape(part.etag);
        body += "&quot;</ETag></Part>";
    }
    return body + "</CompleteMultipartUpload>";
}

/// Hex digits only, so that it can stand in an id between dashes.
std::string make_token() {
    std::string bytes(16, '\0');
    secure_random(bytes.data(), bytes.size());
    return hex(bytes);
}

} // namespace

Result<bool> S3ObjectStore::knows_conditions() {
    const std::lock_guard lock(mutex_);
    if (knows_conditions_) return *knows_conditions_;
    S3Request probe{"PUT", "probe/" + make_token()};
    probe.headers["if-none-match"] = "*";
    BIFROST_CHECK(client_.send(probe));
    BIFROST_ASSIGN(const S3Answer second, client_.send(probe, {400, 412, 501}));
    BIFROST_CHECK(client_.send({"DELETE", probe.key}, {404}));
    knows_conditions_ = second.status == 412;
    if (!*knows_conditions_)
        log::warning("the object store knows no conditional writes; small files take three requests");
    return *knows_conditions_;
}

Result<std::string> S3ObjectStore::begin_upload(const std::string& key, std::int64_t size,
                                                std::int64_t part_size) {
    if (!is_object_key(key)) return Error{Errc::invalid, "This is no key of an object."};
    S3Upload upload;
    upload.shape = {size, part_size};
    if (size < 0 || part_size < 1 || upload.shape.part_count() > kMostParts ||
        std::min(size, part_size) > kLargestPart ||
        (upload.shape.part_count() > 1 && part_size < kLeastPart)) {
        return Error{Errc::invalid,
                     "An upload to S3 has at most 10000 parts of at most 5 GiB, and all but the last "
                     "have at least 5 MiB."};
    }
    upload.token = make_token();
    BIFROST_ASSIGN(const bool conditions, knows_conditions());
    if (size == 0 || (upload.shape.part_count() == 1 && conditions)) return upload.text();
    upload.kind = S3Upload::Kind::multipart;
    S3Request request{"POST", key, {{"uploads", ""}}};
    request.headers[kUploadTokenHeader] = upload.token;
    BIFROST_ASSIGN(const S3Answer answer, client_.send(request));
    BIFROST_ASSIGN(const XmlElement root, parse_xml(answer.body));
    upload.id = root.text_of("UploadId");
    if (upload.id.empty()) return Error{Errc::internal, "The object store began an upload without an id."};
    return upload.text();
}

Result<SignedUrl> S3ObjectStore::sign_part(const std::string& key, const std::string& upload_text, int number,
                                           std::int64_t size, const std::string& sha256_hex,
                                           int valid_seconds) {
    const auto upload = parse_s3_upload(upload_text);
    if (!is_object_key(key) || !upload || upload->kind == S3Upload::Kind::found) return no_such_upload();
    if (upload->shape.size_of(number) != size || valid_seconds < 1)
        return Error{Errc::invalid, "The upload has no part of this number and size."};
    if (!sha256_hex.empty() && !is_sha256_hex(sha256_hex))
        return Error{Errc::invalid, "A sha256 is 64 lower-case hexadecimal digits."};
    SignedUrl url;
    S3Query query;
    S3Headers headers;
    if (!sha256_hex.empty()) headers["x-amz-checksum-sha256"] = base64_of_hex(sha256_hex);
    if (upload->kind == S3Upload::Kind::single) {
        // Only the first PUT counts: nobody replaces bytes that were verified.
        headers["if-none-match"] = "*";
        headers[kUploadTokenHeader] = upload->token;
    } else {
        query = {{"partNumber", std::to_string(number)}, {"uploadId", upload->id}};
    }
    url.headers.assign(headers.begin(), headers.end());
    headers["content-length"] = std::to_string(size); // every client sends it by itself
    constexpr int kLongest = 7 * 86'400;
    const int seconds = std::min(valid_seconds, kLongest);
    const Timestamp now = Timestamp::now();
    url.url = client_.presign_url("PUT", key, query, std::move(headers), now, seconds);
    url.expires_at = now.plus_seconds(seconds);
    return url;
}

Result<Part> S3ObjectStore::put_part(const std::string& key, const std::string& upload_text, int number,
                                     std::string_view bytes) {
    const auto upload = parse_s3_upload(upload_text);
    if (!is_object_key(key) || !upload || upload->kind == S3Upload::Kind::found) return no_such_upload();
    const auto size = static_cast<std::int64_t>(bytes.size());
    if (upload->shape.size_of(number) != size)
        return Error{Errc::invalid, "The upload has no part of this number and size."};
    S3Request request{"PUT", key};
    request.body = bytes;
    const bool is_single = upload->kind == S3Upload::Kind::single;
    if (is_single) {
        request.headers["x-amz-checksum-sha256"] = base64_of_hex(sha256_hex(bytes));
        request.headers["if-none-match"] = "*";
        request.headers[kUploadTokenHeader] = upload->token;
    } else {
        request.query = {{"partNumber", std::to_string(number)}, {"uploadId", upload->id}};
    }
    BIFROST_ASSIGN(const S3Answer answer, client_.send(request, {412}));
    if (answer.status < 300) return Part{number, size, without_quotes(answer.header("etag"))};
    // A repeat after a lost answer finds its own bytes there.
    BIFROST_ASSIGN(const auto object, look(key));
    if (!object || object->token != upload->token || object->size != size) return foreign_object();
    return Part{number, size, object->etag};
}

Result<std::vector<Part>> S3ObjectStore::list_arrived(const std::string& key, const S3Upload& upload) {
    std::vector<Part> parts;
    std::string marker;
    while (true) {
        S3Request request{"GET", key, {{"uploadId", upload.id}, {"max-parts", "1000"}}};
        if (!marker.empty()) request.query.emplace_back("part-number-marker", marker);
        BIFROST_ASSIGN(const S3Answer answer, client_.send(request));
        BIFROST_ASSIGN(const XmlElement root, parse_xml(answer.body));
        for (const auto& one : root.children) {
            if (one.name != "Part") continue;
            const auto number = one.number_of("PartNumber");
            const auto size = one.number_of("Size");
            // One of another size is none of this upload, whoever sent it.
            if (!number || !size || upload.shape.size_of(*number) != size) continue;
            parts.push_back({static_cast<int>(*number), *size, without_quotes(one.text_of("ETag"))});
        }
        const std::string next = root.text_of("NextPartNumberMarker");
        if (root.text_of("IsTruncated") != "true" || next.empty() || next == marker) break;
        marker = next;
    }
    std::sort(parts.begin(), parts.end(),
              [](const Part& one, const Part& other) { return one.number < other.number; });
    return parts;
}

Result<std::vector<Part>> S3ObjectStore::list_parts(const std::string& key, const std::string& upload_text) {
    const auto upload = parse_s3_upload(upload_text);
    if (!is_object_key(key) || !upload || upload->kind == S3Upload::Kind::found) return no_such_upload();
    if (upload->kind == S3Upload::Kind::multipart) {
        auto arrived = list_arrived(key, *upload);
        if (arrived || arrived.error().code != Errc::not_found) return arrived;
        return no_such_upload();
    }
    BIFROST_ASSIGN(const auto object, look(key));
    std::vector<Part> parts;
    if (object && object->token == upload->token && object->size == upload->shape.size && object->size > 0)
        parts.push_back({1, object->size, object->etag});
    return parts;
}

Result<std::optional<std::string>> S3ObjectStore::complete_single(const std::string& key,
                                                                  const S3Upload& upload,
                                                                  const std::vector<Part>& parts) {
    if (upload.shape.size == 0) {
        BIFROST_CHECK(check_parts(upload.shape, {}, parts));
        S3Request request{"PUT", key};
        request.headers[kUploadTokenHeader] = upload.token;
        BIFROST_ASSIGN(const bool conditions, knows_conditions());
        if (conditions) request.headers["if-none-match"] = "*";
        BIFROST_CHECK(client_.send(request, {412}));
    }
    BIFROST_ASSIGN(const auto object, look(key));
    if (object && object->token != upload.token) return foreign_object();
    if (upload.shape.size == 0) {
        if (!object || object->size != 0) return no_such_upload();
        return std::optional(sha256_hex(""));
    }
    std::vector<Part> arrived;
    if (object && object->size == upload.shape.size) arrived.push_back({1, object->size, object->etag});
    BIFROST_CHECK(check_parts(upload.shape, arrived, parts));
    if (object->sha256.empty()) return std::optional<std::string>();
    return std::optional(object->sha256);
}

Result<std::optional<std::string>> S3ObjectStore::completed_earlier(const std::string& key,
                                                                    const S3Upload& upload,
                                                                    const std::vector<Part>& parts) {
    BIFROST_ASSIGN(const auto object, look(key));
    if (!object) return no_such_upload();
    if (object->token != upload.token) return foreign_object();
    if (object->size != upload.shape.size) return no_such_upload();
    // The parts can't be compared one by one any more, but their sums make up that of the object. Where etags
    // are no MD5 sums (as with keys of KMS) the token has to be enough.
    const auto expected = multipart_etag(parts);
    const bool is_sum = object->etag.size() > 32 && object->etag[32] == '-';
    const bool is_same_count = object->etag.ends_with('-' + std::to_string(parts.size()));
    if (is_sum && (!is_same_count || !expected || *expected != object->etag))
        return Error{
            Errc::invalid,
            "The upload was completed with other parts.",
        };
    return std::optional<std::string>();
}

Result<std::optional<std::string>> S3ObjectStore::complete_multipart(const std::string& key,
                                                                     const S3Upload& upload,
                                                                     const std::vector<Part>& parts) {
    const auto arrived = list_arrived(key, upload);
    if (!arrived && arrived.error().code == Errc::not_found) return completed_earlier(key, upload, parts);
    if (!arrived) return arrived.error();
    BIFROST_CHECK(check_parts(upload.shape, *arrived, parts));
    BIFROST_ASSIGN(const bool conditions, knows_conditions());
    S3Request request{"POST", key, {{"uploadId", upload.id}}};
    const std::string body = completion_body(parts);
    request.body = body;
    request.headers["content-type"] = "application/xml";
    if (conditions) request.headers["if-none-match"] = "*";
    request.deadline = std::chrono::seconds(client_.options().completion_seconds);
    BIFROST_ASSIGN(const S3Answer answer, client_.send(request, {404, 409, 412}));
    if (answer.status >= 300) return completed_earlier(key, upload, parts);
    // It begins to answer before it is done, so a failure comes with status 200.
    BIFROST_ASSIGN(const XmlElement root, parse_xml(answer.body));
    if (root.name == "Error") {
        const S3Failure failure = read_failure(answer);
        if (failure.code == "NoSuchUpload") return completed_earlier(key, upload, parts);
        return error_of({500, failure.code, failure.message}, "complete an upload");
    }
    return std::optional<std::string>();
}

Result<std::optional<std::string>> S3ObjectStore::complete_upload(const std::string& key,
                                                                  const std::string& upload_text,
                                                                  const std::vector<Part>& parts) {
    const auto upload = parse_s3_upload(upload_text);
    if (!is_object_key(key) || !upload || upload->kind == S3Upload::Kind::found) return no_such_upload();
    if (upload->kind == S3Upload::Kind::single) return complete_single(key, *upload, parts);
    return complete_multipart(key, *upload, parts);
}

Result<> S3ObjectStore::abort_upload(const std::string& key, const std::string& upload_text) {
    const auto upload = parse_s3_upload(upload_text);
    if (!is_object_key(key) || !upload || upload->kind == S3Upload::Kind::single) return {};
    BIFROST_CHECK(client_.send({"DELETE", key, {{"uploadId", upload->id}}}, {404}));
    return {};
}

} // namespace bifrost::storage
