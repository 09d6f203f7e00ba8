#pragma once
// Files of a backup: written durably, read by lines, hashed.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "core/hash.hpp"
#include "core/result.hpp"

namespace bifrost::site {

/// A file that becomes visible whole or not at all. Destroying it without `finish` leaves nothing.
class NewFile {
  public:
    /// Makes the folders above it.
    static Result<NewFile> create(const std::filesystem::path& path);
    NewFile(NewFile&& other) noexcept;
    NewFile& operator=(NewFile&&) = delete;
    ~NewFile();

    Result<> write(std::string_view bytes);
    /// Written, durable and under its name.
    Result<> finish();
    [[nodiscard]] std::int64_t size() const { return size_; }
    /// Of all that was written; once.
    std::string sha256() { return hash_.finish_hex(); }

  private:
    NewFile(std::filesystem::path path, std::filesystem::path temporary, int descriptor);
    Result<> flush();

    std::filesystem::path path_;
    std::filesystem::path temporary_;
    int descriptor_ = -1;
    std::string buffer_;
    std::int64_t size_ = 0;
    Sha256 hash_;
};

/// Reads a file in pieces of up to 1 MiB; not_found when there is none.
Result<> read_file(const std::filesystem::path& path,
                   const std::function<Result<>(std::string_view piece)>& visit);
/// The same by lines, without their ends; a last line without an end counts.
Result<> read_lines(const std::filesystem::path& path,
                    const std::function<Result<>(std::string_view line)>& visit);

} // namespace bifrost::site
