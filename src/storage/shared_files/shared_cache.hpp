#pragma once
// Objects by hash in a folder that several machines share (SHARED_CACHE_ROOT), so that what many read comes
// out of the file system beside them and not out of the store each time. It only makes reads sooner: whatever
// is wrong with the folder, readers get their bytes from the store.
//   objects/<aa>/<sha256>   read-only, whole and checked; its time of change is that of its last use
//   filling/<sha256>.<…>    on its way

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "storage/local/local_store.hpp"

namespace bifrost::storage {

struct SharedCacheOptions {
    std::filesystem::path root;
    std::int64_t most_bytes = 100LL << 30; ///< of all objects in it; a file has at most a quarter of it
    std::string signing_key;               ///< secret, at least 32 bytes
    std::string url_prefix = "/api/v1/storage";
};

/// What a reader wants of the cache, and where it is when the cache has it no more.
struct CachedObject {
    std::string sha256;
    std::int64_t size = 0;
    std::string key; ///< in the store
};

/// Thread-safe; any number of processes on any number of machines may use one folder. Metrics:
/// bifrost_shared_cache_reads_total{outcome=hit|miss|fallback}, bifrost_shared_cache_evicted_total.
class SharedCache {
  public:
    /// Begins nothing yet and fails for no folder; `store` outlives it.
    SharedCache(SharedCacheOptions options, ObjectStore& store);
    SharedCache(const SharedCache&) = delete;
    SharedCache& operator=(const SharedCache&) = delete;
    /// Gives up what it is filling.
    ~SharedCache();

    /// The object's file when the cache has it; marks it as used.
    std::optional<OpenedObject> open(const std::string& sha256, std::int64_t size);
    /// Drops an object whose bytes turned out to be others.
    void forget(const std::string& sha256);
    /// Brings it in now, from the store, checked by its hash; one that is there already is no work. Errors
    /// are the store's (invalid when its bytes are others) or the folder's; nobody's reading depends on them.
    Result<> fill(const CachedObject& object);
    /// Has it brought in by and by, when there is room in the queue.
    void fill_later(const CachedObject& object);

    /// A URL of this site that reads the object out of the cache. Without one (not there yet: it is filled
    /// later; or the folder is broken) the reader goes to the store.
    std::optional<SignedUrl> sign_download(const CachedObject& object, const DownloadOptions& options);
    /// Checks such a URL ("/objects/cache/<sha256>"). An object that was evicted meanwhile gives only `key`
    /// and no descriptor: the reader is sent on to the store. forbidden: altered or expired.
    struct Reading {
        OpenedObject object; ///< descriptor -1: not here
        std::string key;
    };
    Result<Reading> open_signed(std::string_view path, std::string_view query);
    [[nodiscard]] static bool is_cache_path(std::string_view path);

    /// Removes the least recently used until an eighth of the limit is free. Bytes that are left.
    std::int64_t evict();
    /// Waits until nothing is being filled: for tests and the end of a program.
    void wait_until_idle();

  private:
    [[nodiscard]] std::filesystem::path place_of(const std::string& sha256) const;
    Result<> receive(const CachedObject& object, const std::filesystem::path& target);
    /// Notes that the folder failed; it is left alone for a while, and the log hears of it once a minute.
    void broke(std::string_view doing, int code);
    [[nodiscard]] bool is_broken() const;
    void run();

    SharedCacheOptions options_;
    ObjectStore& store_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<CachedObject> queue_;
    std::set<std::string> wanted_; ///< what stands in the queue or is being filled
    std::int64_t filled_ = 0;      ///< bytes since the last look at the whole
    Timestamp broken_until_{};
    Timestamp warned_at_{};
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace bifrost::storage
