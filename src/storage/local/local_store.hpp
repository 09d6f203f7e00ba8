#pragma once
// The local object store: files under one folder, written by signed URLs that this program serves itself.

#include <filesystem>
#include <memory>
#include <string>

#include "storage/object_store.hpp"

namespace bifrost::storage {

struct LocalStoreOptions {
    std::filesystem::path root; ///< holds objects/ and uploads/
    std::string signing_key;    ///< secret, at least 32 bytes
    std::string url_prefix =
        "/api/v1/storage"; ///< signed URLs begin with this and are relative to the site's origin
};

/// A part that is being received: hash and write as the bytes come. Destroying it without `finish` leaves no
/// part.
class PartWriter {
  public:
    virtual ~PartWriter() = default;
    virtual Result<> write(const void* data, std::size_t size) = 0;
    /// The whole part arrived; fails when its size or signed hash isn't what was signed. Returns the etag.
    virtual Result<std::string> finish() = 0;
};

/// An object opened for sending: a file descriptor that the caller closes.
struct OpenedObject {
    int descriptor = -1;
    std::int64_t size = 0;
    std::string file_name;
    std::string media_type;
};

class LocalStore : public ObjectStore {
  public:
    /// Checks a signed part URL (`path` with or without the prefix: "/uploads/<upload>/<number>"; `query` is
    /// without "?") and opens the part. `content_length` is -1 when the request doesn't tell. forbidden:
    /// altered, expired, or the upload is over; conflict: the same part is being received by another request;
    /// invalid: the length isn't the signed one.
    virtual Result<std::unique_ptr<PartWriter>> receive_part(std::string_view path, std::string_view query,
                                                             std::int64_t content_length) = 0;
    /// Checks a signed download URL ("/objects/<key>") and opens the object. forbidden when it is altered or
    /// expired, not_found when the object is gone.
    virtual Result<OpenedObject> open_signed(std::string_view path, std::string_view query) = 0;
    /// Opens an object for sending. not_found when it is gone.
    virtual Result<OpenedObject> open_stored(const std::string& key) = 0;
    /// Bytes that are free on the disk of the store.
    [[nodiscard]] virtual std::int64_t free_bytes() const = 0;
};

/// Makes the folders. forbidden/unavailable with a sentence when the root can't be written.
Result<std::unique_ptr<LocalStore>> open_local_store(const LocalStoreOptions& options);

} // namespace bifrost::storage
