#pragma once
// Uploads: bytes on their way into the store. They belong to their maker, and become objects when they are
// verified. Calls of the store never stand inside a transaction: each function reads, talks to the store,
// then writes; broken off anywhere, it can be repeated, and the row of the upload guards its bytes until the
// collector has removed them.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "access/call.hpp"
#include "storage/object_store.hpp"

namespace bifrost::publish {

struct UploadOptions {
    std::int64_t part_size = 64LL << 20;         ///< bytes; doubled until an upload has at most `most_parts`
    std::int64_t most_parts = 10'000;            ///< what S3 takes
    std::int64_t most_bytes = 5'000'000'000'000; ///< of one file (option max_file_size_mb)
    int url_seconds = 3'600;                     ///< how long a signed URL lives
    std::int64_t lifetime_seconds = 7 * 86'400;
};

/// What uploads need besides an actor.
struct UploadRoom {
    database::Database& database;
    storage::ObjectStore& store;
    UploadOptions options{};
};

struct Upload {
    Id id;
    Id project_id;
    std::string name;
    std::int64_t size = 0;
    std::optional<std::string> sha256; ///< as declared; what was verified once it is complete
    std::string media_type;
    std::string state; ///< open, verifying, complete, failed
    std::int64_t part_size = 0;
    std::optional<std::string> error;
    std::optional<Id> job_id;
    Timestamp created_at;
    Id created_by;
    Timestamp expires_at;
};
BOOST_DESCRIBE_STRUCT(Upload, (),
                      (id, project_id, name, size, sha256, media_type, state, part_size, error, job_id,
                       created_at, created_by, expires_at))

struct SignedPart {
    int number = 0; ///< from 1
    std::int64_t size = 0;
    std::string url;
    std::map<std::string, std::string> headers; ///< to be sent exactly so
    Timestamp expires_at;
};
BOOST_DESCRIBE_STRUCT(SignedPart, (), (number, size, url, headers, expires_at))

struct OpenedUpload : Upload {
    std::vector<SignedPart> parts;
};
BOOST_DESCRIBE_STRUCT(OpenedUpload, (Upload), (parts))

struct ArrivedPart {
    int number = 0;
    std::int64_t size = 0;
    std::string etag;
};
BOOST_DESCRIBE_STRUCT(ArrivedPart, (), (number, size, etag))

struct UploadProgress : Upload {
    std::vector<ArrivedPart> parts;
};
BOOST_DESCRIBE_STRUCT(UploadProgress, (Upload), (parts))

/// `body`: {project_id, name, size, sha256?, media_type?}. Needs version:create. An empty file, and bytes
/// that are stored and that the actor may read, are complete at once. too_large beyond the option. Signs at
/// most 1,000 parts; more with sign_parts.
Result<OpenedUpload> create_upload(const UploadRoom& room, const access::Actor& actor,
                                   const boost::json::value& body);
/// `body`: {project_id, items: [{name, size, sha256?, media_type?}]}, 1 to 1,000 of them, all or none. Signs
/// at most 16 parts of each.
Result<std::vector<OpenedUpload>> create_uploads(const UploadRoom& room, const access::Actor& actor,
                                                 const boost::json::value& body);
/// `body`: {numbers, checksums?: [{number, sha256}]}: fresh URLs of those parts. conflict when it isn't open.
Result<OpenedUpload> sign_parts(const UploadRoom& room, const access::Actor& actor, const Id& id,
                                const boost::json::value& body);

/// With the parts that arrived, while it is open. not_found for everyone but its maker and administrators.
Result<UploadProgress> get_upload(const UploadRoom& room, const access::Actor& actor, const Id& id);

/// `body`: {parts: [{number, etag}]}. complete, or verifying with a job when the store doesn't know the hash,
/// or failed when the hash isn't the declared one. The same again answers the same. conflict names the parts
/// that are wrong.
Result<UploadProgress> complete_upload(const UploadRoom& room, const access::Actor& actor, const Id& id,
                                       const boost::json::value& body);
/// `body`: {items: [{id, parts}]}. Each for itself: one that can't be put together stays open and its `error`
/// says why. invalid, and nothing done, when an id isn't an upload of the actor.
Result<std::vector<UploadProgress>> complete_uploads(const UploadRoom& room, const access::Actor& actor,
                                                     const boost::json::value& body);

/// Drops it with its bytes, unless they became an object. conflict while it is verified or a version uses it.
Result<> delete_upload(const UploadRoom& room, const access::Actor& actor, const Id& id);

/// Reads the bytes of an upload that is being verified and makes it complete or failed, with `finish` in the
/// same transaction; without effect but `finish` when it isn't verifying any more. For the jobs "checksum"
/// and "publish".
Result<> verify_upload(const UploadRoom& room, const Id& id,
                       const std::function<Result<>(std::int64_t done)>& progress,
                       const std::function<Result<>(database::Tx&)>& finish);

} // namespace bifrost::publish
