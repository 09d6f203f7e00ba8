#pragma once
// File descriptors that close themselves, and system calls that return Results.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.hpp"

namespace bifrost::storage {

class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor();

    [[nodiscard]] int get() const { return number_; }
    [[nodiscard]] int release() { return std::exchange(number_, -1); }
    explicit operator bool() const { return number_ >= 0; }

  private:
    int number_ = -1;
};

/// What a failed system call means for a caller: a full disk is out_of_space, a read-only or forbidden one
/// unavailable, a missing file not_found, everything else internal (with the cause, which never leaves the
/// process). Logged.
Error os_error(int code, std::string_view doing);

/// openat with O_CLOEXEC and O_NOFOLLOW. `name` is relative to the folder.
Result<Descriptor> open_at(const Descriptor& folder, const char* name, int flags, unsigned mode = 0);
/// Writes all of it at `offset`, or at the end of a file opened with O_APPEND when `offset` is negative.
Result<> write_all(const Descriptor& file, const void* data, std::size_t size, std::int64_t offset = -1);
/// Up to `most` bytes from `offset` on.
Result<std::string> read_some(const Descriptor& file, std::int64_t offset, std::size_t most);
/// fsync; a failure means that the bytes may be lost.
Result<> sync_file(const Descriptor& file, std::string_view doing);

} // namespace bifrost::storage
