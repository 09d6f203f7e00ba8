#pragma once
// SHA-256 on a thread of its own, beside the thread that writes the same bytes: hashing takes longer than
// writing to the page cache, and one upload should not wait for the sum of both.

#include <atomic>
#include <thread>

#include "core/hash.hpp"

namespace bifrost::storage {

class SideHash {
  public:
    SideHash() = default;
    SideHash(const SideHash&) = delete;
    SideHash& operator=(const SideHash&) = delete;
    ~SideHash();

    /// Begins to hash a piece; the bytes must stay until `wait` returns. Small pieces are hashed at once, by
    /// the caller.
    void begin(const void* data, std::size_t size);
    /// Waits for the piece that was begun.
    void wait();
    /// The digest as hex; nothing is being hashed.
    std::string finish_hex() { return sha_.finish_hex(); }

  private:
    enum State : int { kIdle, kHashing, kEnd };
    bool start();
    void run();

    Sha256 sha_;
    const void* data_ = nullptr;
    std::size_t size_ = 0;
    std::atomic<int> state_{kIdle};
    std::thread thread_; ///< started by the first large piece
};

} // namespace bifrost::storage
