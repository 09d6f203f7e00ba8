#include "core/random.hpp"

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>

#include <openssl/rand.h>
#include <pthread.h>

#include "core/hash.hpp"

namespace bifrost {
namespace {

/// Counts the forks that led to this process, so that pools filled before one are not used after it.
std::atomic<std::uint32_t> forks{0};
[[maybe_unused]] const int registered =
    ::pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1, std::memory_order_relaxed); });

struct Pool {
    std::array<unsigned char, 512> bytes{};
    std::size_t used = sizeof bytes;
    std::uint32_t forks = 0;
};

} // namespace

void pooled_random(void* data, std::size_t size) {
    thread_local Pool pool;
    const std::uint32_t now = forks.load(std::memory_order_relaxed);
    if (size > pool.bytes.size() - pool.used || pool.forks != now) {
        if (size > pool.bytes.size()) return secure_random(data, size);
        secure_random(pool.bytes.data(), pool.bytes.size());
        pool.used = 0;
        pool.forks = now;
    }
    std::memcpy(data, pool.bytes.data() + pool.used, size);
    pool.used += size;
}

void secure_random(void* data, std::size_t size) {
    // A process without randomness must not make tokens or ids: stopping is the only safe answer.
    if (RAND_bytes(static_cast<unsigned char*>(data), static_cast<int>(size)) != 1) std::abort();
}

std::string random_token(std::size_t bytes) {
    std::string raw(bytes, '\0');
    secure_random(raw.data(), raw.size());
    return base64url(raw);
}

} // namespace bifrost
