// Reading, signing, listing and removing objects.

#include "storage/s3/s3_object_store.hpp"

#include <algorithm>

#include "core/random.hpp"
#include "storage/encoding.hpp"
#include "storage/object_key.hpp"

namespace bifrost::storage {
namespace {

constexpr std::int64_t kReadAtOnce = 8LL << 20;

Error bad_key() {
    return {Errc::invalid,
            "A key has 1 to 512 characters of a-z, 0-9, '_' and '-' in segments that '/' parts."};
}

/// Reads in ranges, one at a time, each of which may be asked for again: a read of any length needs the
/// memory of one range, and survives a connection that breaks.
class S3Reader : public ObjectReader {
  public:
    S3Reader(S3Client& client, std::string key, std::int64_t offset, std::int64_t size)
        : client_(client), key_(std::move(key)), offset_(offset), size_(size) {}

    Result<std::size_t> read(void* data, std::size_t size) override {
        if (taken_ == range_.size()) BIFROST_CHECK(fetch());
        const std::size_t given = std::min(size, range_.size() - taken_);
        std::memcpy(data, range_.data() + taken_, given);
        taken_ += given;
        return given;
    }

  private:
    Result<> fetch() {
        range_.clear();
        taken_ = 0;
        if (offset_ >= size_) return {};
        const std::int64_t length = std::min(kReadAtOnce, size_ - offset_);
        S3Request request{"GET", key_};
        request.headers["range"] =
            "bytes=" + std::to_string(offset_) + '-' + std::to_string(offset_ + length - 1);
        request.most_body = static_cast<std::size_t>(length);
        BIFROST_ASSIGN(S3Answer answer, client_.send(request));
        if (answer.status != 206 && length != size_)
            return Error{Errc::internal, "The object store ignored a range."};
        if (static_cast<std::int64_t>(answer.body.size()) != length)
            return Error{Errc::unavailable, "The object store sent fewer bytes than an object has."};
        range_ = std::move(answer.body);
        offset_ += length;
        return {};
    }

    S3Client& client_;
    std::string key_;
    std::int64_t offset_; ///< of the next range
    std::int64_t size_;
    std::string range_;
    std::size_t taken_ = 0;
};

std::string without_quotes(std::string etag) {
    if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') return etag.substr(1, etag.size() - 2);
    return etag;
}

} // namespace

Result<std::optional<S3Object>> S3ObjectStore::look(const std::string& key) {
    S3Request request{"HEAD", key};
    request.headers["x-amz-checksum-mode"] = "ENABLED";
    BIFROST_ASSIGN(const S3Answer answer, client_.send(request, {404}));
    if (answer.status == 404) return std::optional<S3Object>();
    const auto size = parse_decimal(answer.header("content-length"));
    if (!size) return Error{Errc::internal, "The object store doesn't tell the size of an object."};
    S3Object object;
    object.size = *size;
    object.etag = without_quotes(answer.header("etag"));
    object.token = answer.header(kUploadTokenHeader);
    // The checksum of a multipart object is one of checksums and ends with the number of parts.
    object.sha256 = sha256_hex_of_base64(answer.header("x-amz-checksum-sha256")).value_or("");
    if (answer.header("x-amz-checksum-type") == "COMPOSITE") object.sha256.clear();
    return std::optional(std::move(object));
}

Result<> S3ObjectStore::sync(const std::vector<std::string>& keys) {
    for (const auto& key : keys)
        if (!is_object_key(key)) return bad_key();
    return {};
}

Result<SignedUrl> S3ObjectStore::sign_download(const std::string& key, const DownloadOptions& options) {
    if (!is_object_key(key)) return bad_key();
    if (options.valid_seconds < 1) return Error{Errc::invalid, "A download URL lives at least 1 s."};
    constexpr int kLongest = 7 * 86'400;
    const std::string media_type =
        options.media_type.empty() ? "application/octet-stream" : options.media_type;
    S3Query query{{"response-content-type", media_type},
                  {"response-cache-control", "private, max-age=3600, immutable"}};
    if (const auto disposition = content_disposition(options.file_name, media_type); !disposition.empty())
        query.emplace_back("response-content-disposition", disposition);
    SignedUrl url;
    const Timestamp now = Timestamp::now();
    const int seconds = std::min(options.valid_seconds, kLongest);
    url.url = client_.presign_url("GET", key, query, {}, now, seconds);
    url.expires_at = now.plus_seconds(seconds);
    return url;
}

Result<std::unique_ptr<ObjectReader>> S3ObjectStore::open(const std::string& key, std::int64_t offset) {
    if (!is_object_key(key)) return bad_key();
    if (offset < 0) return Error{Errc::invalid, "An object is read from byte 0 on at the earliest."};
    BIFROST_ASSIGN(const auto info, stat(key));
    if (!info) return Error{Errc::not_found, "There is no such object in the store."};
    return std::unique_ptr<ObjectReader>(std::make_unique<S3Reader>(client_, key, offset, info->size));
}

Result<std::optional<ObjectInfo>> S3ObjectStore::stat(const std::string& key) {
    if (!is_object_key(key)) return bad_key();
    BIFROST_ASSIGN(const auto object, look(key));
    if (!object) return std::optional<ObjectInfo>();
    return std::optional(ObjectInfo{object->size});
}

Result<> S3ObjectStore::remove(const std::string& key) {
    if (!is_object_key(key)) return bad_key();
    BIFROST_CHECK(client_.send({"DELETE", key}, {404}));
    return {};
}

Result<std::vector<AbandonedUpload>> S3ObjectStore::list_abandoned(Timestamp older_than, std::size_t most) {
    std::vector<AbandonedUpload> list;
    std::string key_marker;
    std::string id_marker;
    while (list.size() < most) {
        S3Request request{"GET", "", {{"uploads", ""}, {"max-uploads", "1000"}}};
        if (!key_marker.empty()) request.query.emplace_back("key-marker", key_marker);
        if (!id_marker.empty()) request.query.emplace_back("upload-id-marker", id_marker);
        BIFROST_ASSIGN(const S3Answer answer, client_.send(request));
        BIFROST_ASSIGN(const XmlElement root, parse_xml(answer.body));
        for (const auto& one : root.children) {
            if (one.name != "Upload" || list.size() >= most) continue;
            // S3 tells when it began; that is early enough, because whoever collects asks for old ones only.
            const auto began = Timestamp::parse(one.text_of("Initiated"));
            AbandonedUpload found{one.text_of("Key"), "", began.value_or(Timestamp{})};
            if (!is_object_key(found.key) || !began || found.last_activity >= older_than) continue;
            S3Upload upload;
            upload.kind = S3Upload::Kind::found;
            upload.id = one.text_of("UploadId");
            found.upload = upload.text();
            list.push_back(std::move(found));
        }
        const std::string next_key = root.text_of("NextKeyMarker");
        const std::string next_id = root.text_of("NextUploadIdMarker");
        if (root.text_of("IsTruncated") != "true" || (next_key == key_marker && next_id == id_marker)) break;
        key_marker = next_key;
        id_marker = next_id;
    }
    return list;
}

Result<>
S3ObjectStore::each_object(const std::function<Result<>(const std::string&, const ObjectInfo&)>& visit) {
    std::string token;
    while (true) {
        S3Request request{"GET", "", {{"list-type", "2"}, {"max-keys", "1000"}}};
        if (!token.empty()) request.query.emplace_back("continuation-token", token);
        BIFROST_ASSIGN(const S3Answer answer, client_.send(request));
        BIFROST_ASSIGN(const XmlElement root, parse_xml(answer.body));
        for (const auto& one : root.children) {
            if (one.name != "Contents") continue;
            const std::string key = one.text_of("Key");
            const auto size = one.number_of("Size");
            if (!is_object_key(key) || !size) continue;
            BIFROST_CHECK(visit(key, ObjectInfo{*size}));
        }
        const std::string next = root.text_of("NextContinuationToken");
        if (root.text_of("IsTruncated") != "true" || next.empty() || next == token) return {};
        token = next;
    }
}

Result<> S3ObjectStore::ping() {
    S3Request probe{"PUT", "probe/" + random_token(12)};
    for (char& c : probe.key)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    BIFROST_CHECK(client_.send(probe));
    BIFROST_CHECK(client_.send({"DELETE", probe.key}, {404}));
    return {};
}

} // namespace bifrost::storage
