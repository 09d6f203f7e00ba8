#pragma once
// One upload to S3, as the id that the rest of the program keeps of it says. An upload of one part is a
// single conditional PUT, which needs no request of ours until it is completed; a larger one is a multipart
// upload.

#include <optional>
#include <string>
#include <string_view>

#include "storage/upload_shape.hpp"

namespace bifrost::storage {

struct S3Upload {
    /// found: a multipart upload that the store listed and whose shape nobody knows; it can only be aborted.
    enum class Kind { single, multipart, found };

    Kind kind = Kind::single;
    UploadShape shape;
    std::string token; ///< stands in the object's metadata, and so tells whose bytes lie under a key
    std::string id;    ///< the store's, of a multipart upload

    [[nodiscard]] std::string text() const;
};

/// "single-<size>-<part size>-<token>", "multipart-<size>-<part size>-<token>-<id>" or "found-<id>".
std::optional<S3Upload> parse_s3_upload(std::string_view text);

/// The header under which the token travels and stays.
inline constexpr const char* kUploadTokenHeader = "x-amz-meta-bifrost-upload";

/// What the etag of an object made of these parts is where etags are MD5 (RFC 1321) sums: the sum over
/// theirs, and their number. Nothing when they aren't.
std::optional<std::string> multipart_etag(const std::vector<Part>& parts);

} // namespace bifrost::storage
