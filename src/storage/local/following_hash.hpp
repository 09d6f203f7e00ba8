#pragma once
// SHA-256 of bytes that are being written to a file, on a thread of its own that follows the writer through
// the file. Hashing takes longer than writing to the page cache, and neither waits for the other: reading the
// bytes back costs a tenth of hashing them, and a hand-over of every piece costs far more on a busy machine.

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>

#include "core/hash.hpp"
#include "storage/local/descriptor.hpp"

namespace bifrost::storage {

class FollowingHash {
  public:
    /// Of `size` bytes from `offset` on of a file that is open for reading and outlives this.
    FollowingHash(const Descriptor& file, std::int64_t offset, std::int64_t size)
        : file_(file), offset_(offset), size_(size) {}
    FollowingHash(const FollowingHash&) = delete;
    FollowingHash& operator=(const FollowingHash&) = delete;
    ~FollowingHash();

    /// The next bytes, which stand in the file by now. Never more than `size` altogether.
    void take(const void* data, std::size_t size);
    /// The digest as hex, when all bytes were taken. Errors: those of reading the file.
    Result<std::string> finish_hex();

  private:
    bool start();
    void run();

    const Descriptor& file_;
    const std::int64_t offset_;
    const std::int64_t size_;
    Sha256 sha_; ///< of the thread, once there is one
    std::int64_t taken_ = 0;
    std::atomic<std::int64_t> written_{0}; ///< what the thread knows of; negative: it shall end
    std::optional<Error> failure_;
    std::thread thread_; ///< for large parts only
};

} // namespace bifrost::storage
