#pragma once
// Stored bytes behind one interface: local files or S3. Clients move bytes by signed URLs, whatever the
// store.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/timestamp.hpp"

namespace bifrost::storage {

struct SignedUrl {
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers; ///< to be sent exactly so
    Timestamp expires_at;
};

struct Part {
    int number = 0;        ///< from 1
    std::int64_t size = 0; ///< bytes; 0 in a list for `complete_upload` when the caller doesn't know it
    std::string etag;      ///< without quotes
};

/// An upload that nobody wrote to for long.
struct AbandonedUpload {
    std::string key; ///< empty when the upload broke off before it had one
    std::string upload;
    Timestamp last_activity;
    bool completed =
        false; ///< the object stands; `abort_upload` only drops what the store remembers of the upload
};

struct ObjectInfo {
    std::int64_t size = 0;
};

/// A running read of a stored object.
class ObjectReader {
  public:
    virtual ~ObjectReader() = default;
    /// Reads up to `size` bytes; 0 at the end.
    virtual Result<std::size_t> read(void* data, std::size_t size) = 0;
};

struct DownloadOptions {
    std::string file_name;  ///< for Content-Disposition
    std::string media_type; ///< for Content-Type
    int valid_seconds = 3600;
};

/// Thread-safe; calls block. Keys are made by the caller and contain [a-z0-9/_-] only.
class ObjectStore {
  public:
    virtual ~ObjectStore() = default;

    /// Opens a multipart upload whose bytes become the object `key`; returns the store's own id of the
    /// upload.
    virtual Result<std::string> begin_upload(const std::string& key, std::int64_t size,
                                             std::int64_t part_size) = 0;
    /// A URL to PUT one part to. `size` is the part's exact size; `sha256_hex`, when known, is signed: other
    /// bytes fail.
    virtual Result<SignedUrl> sign_part(const std::string& key, const std::string& upload, int number,
                                        std::int64_t size, const std::string& sha256_hex,
                                        int valid_seconds) = 0;
    /// Sends one part itself instead of signing it for a client: what the program stores of its own (see
    /// put_object). The part with its etag; errors as for whoever uses the signed URL.
    virtual Result<Part> put_part(const std::string& key, const std::string& upload, int number,
                                  std::string_view bytes) = 0;
    /// The parts that arrived whole; not_found after `abort_upload` (unless S3 takes the upload as one PUT).
    virtual Result<std::vector<Part>> list_parts(const std::string& key, const std::string& upload) = 0;
    /// Puts the parts together; the bytes lie under `key` afterwards and every URL of the upload is dead.
    /// Returns the sha256 (hex) when the store knows it without reading the bytes again. Durable only after
    /// `sync`. Repeatable with the same answer, also after a crash in its middle; the local store then reads
    /// the bytes again to be sure of them. invalid: a field error "/parts/<index>" for each wrong part;
    /// conflict: a part is being received, or another object lies under the key; not_found: no such upload.
    virtual Result<std::optional<std::string>>
    complete_upload(const std::string& key, const std::string& upload, const std::vector<Part>& parts) = 0;
    /// Drops an upload and its parts. One that is gone is no error, nor is a completed one, whose object
    /// stays. An upload that S3 takes as one PUT can't be told from a completed one: its bytes go by
    /// `remove`.
    virtual Result<> abort_upload(const std::string& key, const std::string& upload) = 0;
    /// Makes everything completed under these keys durable: one syncfs for a large group, fsync for a small
    /// one. After a failure the bytes can't be trusted: the same keys fail until they are uploaded again.
    virtual Result<> sync(const std::vector<std::string>& keys) = 0;

    virtual Result<SignedUrl> sign_download(const std::string& key, const DownloadOptions& options) = 0;
    virtual Result<std::unique_ptr<ObjectReader>> open(const std::string& key, std::int64_t offset) = 0;
    /// Nothing when there is no such object.
    virtual Result<std::optional<ObjectInfo>> stat(const std::string& key) = 0;
    /// Where the bytes lie on a disk of this machine, for programs that read files; nothing when they don't.
    /// Nobody may write there.
    virtual Result<std::optional<std::string>> find_path(const std::string& key);
    /// One that is gone is no error.
    virtual Result<> remove(const std::string& key) = 0;

    /// Uploads without activity since `older_than`, at most `most` of them; the caller knows which are still
    /// wanted.
    virtual Result<std::vector<AbandonedUpload>> list_abandoned(Timestamp older_than, std::size_t most) = 0;
    /// Calls `visit` for every stored object, in no order; an error from it ends the walk and is returned.
    virtual Result<>
    each_object(const std::function<Result<>(const std::string& key, const ObjectInfo&)>& visit) = 0;

    /// "local" or "s3", as in the column `backend`.
    [[nodiscard]] virtual std::string_view backend() const = 0;
    /// How many calls at once it answers sooner than one after another.
    [[nodiscard]] virtual std::size_t parallel_requests() const { return 1; }
    /// Asks the store for a sign of life (writes and removes a small probe).
    virtual Result<> ping() = 0;
};

} // namespace bifrost::storage
