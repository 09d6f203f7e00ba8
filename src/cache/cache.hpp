#pragma once
// What makes things faster and may be lost at any time: kept values, counts, wake-ups. Nothing is true
// because it stands here; every call that can't be answered in time answers nothing.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/result.hpp"

namespace bifrost::cache {

struct Entry {
    std::int64_t revision = 0; ///< of what the value was made from
    std::string value;
};

/// Thread-safe.
class Cache {
  public:
    Cache() = default;
    Cache(const Cache&) = delete;
    Cache& operator=(const Cache&) = delete;
    virtual ~Cache() = default;

    /// Nothing when it isn't there or the cache doesn't answer in time.
    virtual std::optional<Entry> find(const std::string& key) = 0;
    /// Keeps it for at most `ttl`, unless a newer revision stands there.
    virtual void put(const std::string& key, const Entry& entry, std::chrono::seconds ttl) = 0;
    virtual void remove(const std::string& key) = 0;
    /// Counts one more in the window that runs; how many that makes. Nothing when the cache can't tell.
    virtual std::optional<std::int64_t> count(const std::string& key, std::chrono::seconds window) = 0;

    /// Tells every process that listens, this one included or not. It may be lost.
    virtual void tell(const std::string& channel) = 0;
    /// Calls `heard` from a thread of the cache's for what is told, and once after every time that something
    /// may have been missed. Set once, before anything is told.
    virtual void listen(const std::string& channel, std::function<void()> heard) = 0;

    /// Asks for a sign of life. unavailable with a sentence.
    virtual Result<> ping() = 0;
};

/// In this process, of at most `most_bytes` of keys and values; the least recently used go first.
std::unique_ptr<Cache> make_memory_cache(std::size_t most_bytes = 64 * 1024 * 1024);

struct RedisOptions {
    std::string url;    ///< redis://[user[:password]@]host[:port][/database], rediss:// for TLS
    std::string prefix; ///< of every key and channel: the site's, so that several can share a server
    std::chrono::milliseconds connect_deadline{100};
    std::chrono::milliseconds deadline{25}; ///< of one command
    /// After a failure Redis is left alone for this long, twice as long after each further one up to
    /// `longest_rest`.
    std::chrono::milliseconds rest{250};
    std::chrono::milliseconds longest_rest{5'000};
    std::size_t most_connections = 8;
};

/// Checks the URL and asks nothing of Redis, so that the program starts while it is away. invalid with a
/// sentence.
Result<std::unique_ptr<Cache>> open_redis_cache(const RedisOptions& options);

} // namespace bifrost::cache
