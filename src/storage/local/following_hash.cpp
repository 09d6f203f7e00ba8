#include "storage/local/following_hash.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

#include <unistd.h>

namespace bifrost::storage {
namespace {

/// Below this, a thread costs more than it saves (about 50 µs against 0.6 ns a byte).
constexpr std::int64_t kSmall = 256 << 10;
/// How much is written before the thread is told: it sleeps seldom, and is woken for something.
constexpr std::int64_t kStep = 1 << 20;
/// What is read at once stays in the processor's cache while it is hashed.
constexpr std::int64_t kBuffer = 64 << 10;
constexpr std::int64_t kAbandoned = -1;

} // namespace

FollowingHash::~FollowingHash() {
    if (!thread_.joinable()) return;
    written_.store(kAbandoned, std::memory_order_release);
    written_.notify_one();
    thread_.join();
}

bool FollowingHash::start() {
    try {
        thread_ = std::thread([this] { run(); });
    } catch (const std::system_error&) {
        return false; // no thread to be had: slower, not wrong
    }
    return true;
}

void FollowingHash::take(const void* data, std::size_t size) {
    const bool is_first = taken_ == 0;
    taken_ += static_cast<std::int64_t>(size);
    if (!thread_.joinable() && !(is_first && size_ >= kSmall && start())) {
        sha_.update(data, size);
        return;
    }
    if (taken_ < size_ && taken_ - written_.load(std::memory_order_relaxed) < kStep) return;
    written_.store(taken_, std::memory_order_release);
    written_.notify_one();
}

void FollowingHash::run() {
    const std::unique_ptr<char[]> buffer(new char[kBuffer]);
    for (std::int64_t done = 0; done < size_;) {
        const std::int64_t written = written_.load(std::memory_order_acquire);
        if (written == kAbandoned) return;
        if (written == done) {
            written_.wait(written, std::memory_order_acquire);
            continue;
        }
        const ssize_t got =
            ::pread(file_.get(), buffer.get(), static_cast<std::size_t>(std::min(kBuffer, written - done)),
                    static_cast<off_t>(offset_ + done));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            failure_ = os_error(got < 0 ? errno : EIO, "read what was just written");
            return;
        }
        sha_.update(buffer.get(), static_cast<std::size_t>(got));
        done += got;
    }
}

Result<std::string> FollowingHash::finish_hex() {
    if (thread_.joinable()) thread_.join();
    if (failure_) return *failure_;
    return sha_.finish_hex();
}

} // namespace bifrost::storage
