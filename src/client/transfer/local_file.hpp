#pragma once
// Files on this machine: what identifies their content without reading it, hashing, and writing that is never
// half done.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace bifrost::client {

/// What changes whenever a file's content does (unless someone sets clocks and times back on purpose).
struct FileStamp {
    std::int64_t size = 0;
    std::int64_t modified_ns = 0; ///< nanoseconds since the epoch
    std::int64_t changed_ns = 0;  ///< of the inode; programs can't set it
    std::uint64_t inode = 0;

    bool operator==(const FileStamp&) const = default;
};

/// Of a regular file (a link is followed). not_found when there is none; invalid when it is something else.
Result<FileStamp> stamp_of(const std::filesystem::path& path);

struct HashedFile {
    std::string sha256; ///< 64 hex digits
    FileStamp stamp;    ///< of the bytes that were hashed
};

/// Reads the whole file once. conflict when it changed meanwhile; unavailable when the user interrupted.
/// `on_bytes` hears how many bytes were read since the last call.
Result<HashedFile> hash_file(const std::filesystem::path& path,
                             const std::function<void(std::int64_t)>& on_bytes = {});

/// Writes `bytes` beside `path` and renames: there is the old file or the new one, never a half. Makes
/// missing folders.
Result<> write_atomically(const std::filesystem::path& path, std::string_view bytes,
                          bool only_for_owner = false);
/// The file as text: the whole of it, or its first `most` bytes. not_found when there is none.
Result<std::string> read_text(const std::filesystem::path& path, std::size_t most = SIZE_MAX);

/// A relative path of plain components: not empty, no "..", no ".", no backslash, no control characters, not
/// absolute. What a server names goes nowhere else on this disk.
bool is_safe_relative(std::string_view path);

enum class CopyWay { copy, hard_link };
/// Puts `source` at `target`, replacing what is there in one step: a reflink where the file system can, else
/// a copy in the kernel; or a hard link (a copy when they are on different file systems). Makes missing
/// folders.
Result<> place_file(const std::filesystem::path& source, const std::filesystem::path& target, CopyWay way);

/// ~/.cache/bifrost, or BIFROST_CACHE_DIR.
std::filesystem::path cache_folder();
/// ~/.config/bifrost (XDG_CONFIG_HOME is honoured).
std::filesystem::path config_folder();

} // namespace bifrost::client
