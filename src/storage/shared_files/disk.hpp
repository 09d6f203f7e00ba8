#pragma once
// The shared file system below one root. Nothing here ever leaves the root or follows a symbolic link,
// whoever changes the disk at the same time: every path is opened by openat2(RESOLVE_BENEATH |
// RESOLVE_NO_SYMLINKS), or name by name with O_NOFOLLOW where the kernel has no openat2, and worked on
// through the descriptor.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "storage/local/descriptor.hpp"

namespace bifrost::storage {

struct FileState {
    std::int64_t size = 0;
    std::int64_t modified_ns = 0;
    std::int64_t inode = 0;
    bool operator==(const FileState&) const = default;
};

/// Where folders are made before they appear at their place, below each root.
constexpr std::string_view kMaking = ".making/";

/// Paths are relative to the root, with single slashes, without "." and "..": anything else is invalid.
/// Errors: not_found, conflict (something else stands in the way: a link, a file for a folder, a taken name),
/// out_of_space, unavailable (the disk refuses: permissions, I/O). Thread-safe.
class Disk {
  public:
    /// `root` must be a folder.
    static Result<Disk> open(const std::string& root);
    /// invalid for what is no path below a root.
    static Result<> check_path(const std::string& path);

    /// Makes the folder and those above it that are missing; how many it made.
    [[nodiscard]] Result<int> make_folders(const std::string& path) const;
    /// Opens a folder ("": the root) for reading its names.
    [[nodiscard]] Result<Descriptor> open_folder(const std::string& path) const;
    /// Opens a regular file for reading.
    [[nodiscard]] Result<Descriptor> open_file(const std::string& path) const;
    /// Nothing when there is nothing; conflict when it is no regular file.
    [[nodiscard]] Result<std::optional<FileState>> stat_file(const std::string& path) const;
    /// Whether there is anything, of whatever kind, links as themselves.
    [[nodiscard]] Result<bool> exists(const std::string& path) const;
    /// Moves a file or folder; missing folders of `to` are made. Never replaces anything: conflict. Durable.
    [[nodiscard]] Result<> move(const std::string& from, const std::string& to) const;
    /// Leaves a symbolic link at `path` that leads to `to`, relative, so that it holds wherever the root is
    /// mounted.
    [[nodiscard]] Result<> make_link(const std::string& path, const std::string& to) const;
    /// Removes such a link, and nothing that is anything else by now; whether it did.
    [[nodiscard]] Result<bool> remove_link(const std::string& path, const std::string& to) const;
    /// Writes a new file: `fill` is called with a sink until it is done. The file appears whole, durable and
    /// only when `fill` succeeded; an existing one is never replaced: conflict.
    using Sink = std::function<Result<>(const char* data, std::size_t size)>;
    [[nodiscard]] Result<FileState> write_file(const std::string& path,
                                               const std::function<Result<>(const Sink&)>& fill) const;
    /// Writes a new file into a folder below kMaking that nobody looks into yet: the folder's own move makes
    /// it appear, `sync_folder` its name durable. The folder must be there.
    [[nodiscard]] Result<> write_hidden(const std::string& path,
                                        const std::function<Result<>(const Sink&)>& fill) const;
    /// A new file with the bytes of an open one, without copying them: a reflink, else a hard link. False
    /// when this file system can do neither.
    [[nodiscard]] bool share_file(int source, const std::string& path) const;
    /// Removes what lies below kMaking, and nothing else ever.
    [[nodiscard]] Result<> discard(const std::string& path) const;
    /// The names in it are durable afterwards.
    [[nodiscard]] Result<> sync_folder(const std::string& path) const;
    /// The sha256 (hex) of an open file's bytes, and what it was before they were read; conflict when it
    /// changed meanwhile. `stopped` is asked after each MiB.
    [[nodiscard]] static Result<std::pair<std::string, FileState>> hash(const Descriptor& file,
                                                                        const std::function<bool()>& stopped);

  private:
    explicit Disk(Descriptor root) : root_(std::move(root)) {}
    [[nodiscard]] Result<Descriptor> open_beneath(const std::string& path, int flags) const;
    [[nodiscard]] Result<Descriptor> open_parent(const std::string& path, std::string& name) const;

    Descriptor root_;
};

} // namespace bifrost::storage
