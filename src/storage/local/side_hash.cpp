#include "storage/local/side_hash.hpp"

#include <system_error>

namespace bifrost::storage {
namespace {

/// Below this, waking the other thread costs more than it saves (about 10 µs against 0.8 ns a byte).
constexpr std::size_t kSmallPiece = 64 << 10;

} // namespace

SideHash::~SideHash() {
    wait();
    if (!thread_.joinable()) return;
    state_.store(kEnd, std::memory_order_release);
    state_.notify_one();
    thread_.join();
}

void SideHash::begin(const void* data, std::size_t size) {
    wait();
    if (size < kSmallPiece) {
        sha_.update(data, size);
        return;
    }
    if (!thread_.joinable() && !start()) {
        sha_.update(data, size);
        return;
    }
    data_ = data;
    size_ = size;
    state_.store(kHashing, std::memory_order_release);
    state_.notify_one();
}

bool SideHash::start() {
    try {
        thread_ = std::thread([this] { run(); });
    } catch (const std::system_error&) {
        return false; // no thread to be had: slower, not wrong
    }
    return true;
}

void SideHash::wait() {
    while (state_.load(std::memory_order_acquire) == kHashing)
        state_.wait(kHashing, std::memory_order_acquire);
}

void SideHash::run() {
    while (true) {
        state_.wait(kIdle, std::memory_order_acquire);
        const int state = state_.load(std::memory_order_acquire);
        if (state == kEnd) return;
        if (state != kHashing) continue;
        sha_.update(data_, size_);
        state_.store(kIdle, std::memory_order_release);
        state_.notify_one();
    }
}

} // namespace bifrost::storage
