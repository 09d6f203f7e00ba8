#include "storage/shared_files/disk.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <stdio.h> // NOLINT: renameat2
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/hash.hpp"
#include "core/id.hpp"

namespace bifrost::storage {
namespace {

constexpr mode_t kFolderMode = 0775; // whole departments work in them; the umask narrows it
constexpr mode_t kFileMode = 0444;   // published: nobody writes to it by mistake

Error disk_error(int number, const std::string& path) {
    const std::string what = "'" + path + "'";
    switch (number) {
    case ENOENT:
        return {Errc::not_found, "There is no " + what + "."};
    case ELOOP:
    case EXDEV:
        return {Errc::conflict, "A symbolic link stands in the way to " + what + "; links are not followed."};
    case ENOTDIR:
        return {Errc::conflict, "Something that is no folder stands in the way to " + what + "."};
    case EEXIST:
    case ENOTEMPTY:
        return {Errc::conflict, "There is " + what + " already."};
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return {Errc::out_of_space, "The shared file system is full."};
    default:
        return {Errc::unavailable,
                "The shared file system refuses " + what + ": " + std::strerror(number) + "."};
    }
}

std::vector<std::string_view> names_of(std::string_view path) {
    std::vector<std::string_view> names;
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t slash = std::min(path.find('/', at), path.size());
        names.push_back(path.substr(at, slash - at));
        at = slash + 1;
    }
    return names;
}

/// Where openat2 is missing (ENOSYS) or filtered away (EPERM): one name after another, none of them a link.
int open_by_names(int root, const std::string& path, int flags) {
    const auto names = names_of(path);
    Descriptor at;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const bool last = i + 1 == names.size();
        const int how = last ? flags | O_NOFOLLOW : O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        const int next = ::openat(at ? at.get() : root, std::string(names[i]).c_str(), how);
        if (next < 0) return -1;
        at = Descriptor(next);
    }
    return at.release();
}

FileState state_of(const struct stat& info) {
    return {info.st_size,
            static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec,
            static_cast<std::int64_t>(info.st_ino)};
}

Result<> write_bytes(int file, const char* data, std::size_t size, const std::string& path) {
    while (size > 0) {
        const ssize_t written = ::write(file, data, size);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return disk_error(errno, path);
        data += written;
        size -= static_cast<std::size_t>(written);
    }
    return {};
}

/// A rename that never replaces; file systems without RENAME_NOREPLACE (NFS) get a link, which has the same
/// rule. Folders can't be linked: their plain rename replaces nothing but a folder in which nothing is.
int rename_new(int from_folder, const char* from, int to_folder, const char* to) {
    if (::renameat2(from_folder, from, to_folder, to, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return -1;
    struct stat info {};
    if (::fstatat(from_folder, from, &info, AT_SYMLINK_NOFOLLOW) != 0) return -1;
    if (S_ISDIR(info.st_mode)) return ::renameat(from_folder, from, to_folder, to);
    if (::linkat(from_folder, from, to_folder, to, 0) != 0) return -1;
    return ::unlinkat(from_folder, from, 0);
}

/// What a link at `path` leads to `to` by: relative, so that it holds wherever the root is mounted.
std::string target_from(const std::string& path, const std::string& to) {
    std::string target;
    for (const char c : path)
        if (c == '/') target += "../";
    return target + to;
}

/// A file on its way. Without a name as long as the file system lets it (then nothing is left of it, however
/// this process ends); else beside its place, so that the rename is one of the same file system.
class NewFile {
  public:
    explicit NewFile(int folder)
        : folder_(folder), file_(::openat(folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, kFileMode)) {
        if (file_ || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL && errno != ENOENT)) return;
        beside_ = ".bifrost-" + Id::make().text();
        file_ = Descriptor(::openat(folder, beside_.c_str(),
                                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
    }
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile() {
        if (!beside_.empty()) ::unlinkat(folder_, beside_.c_str(), 0);
    }
    [[nodiscard]] bool is_open() const { return static_cast<bool>(file_); }
    [[nodiscard]] int number() const { return file_.get(); }
    /// Gives it its name; never replaces. 0, or -1 with errno.
    int appear(const char* name) {
        if (beside_.empty()) {
            const std::string opened = "/proc/self/fd/" + std::to_string(file_.get());
            return ::linkat(AT_FDCWD, opened.c_str(), folder_, name, AT_SYMLINK_FOLLOW);
        }
        if (rename_new(folder_, beside_.c_str(), folder_, name) != 0) return -1;
        beside_.clear();
        return 0;
    }

  private:
    int folder_;
    Descriptor file_;
    std::string beside_;
};

} // namespace

Result<Disk> Disk::open(const std::string& root) {
    if (root.empty())
        return Error{
            Errc::conflict,
            "This server has no shared file system; start it with PROJECTS_ROOT or --projects-root."};
    const int folder = ::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return Error{Errc::unavailable, "The shared file system is away; an administrator can say why."};
    return Disk(Descriptor(folder));
}

/// Names that lead up or nowhere never reach the disk.
Result<> Disk::check_path(const std::string& path) {
    for (const auto name : names_of(path))
        if (name.empty() || name == "." || name == ".." || name.find('\0') != std::string_view::npos)
            return Error{Errc::invalid, "'" + path + "' is no path below the root."};
    return {};
}

Result<Descriptor> Disk::open_beneath(const std::string& path, int flags) const {
    BIFROST_CHECK(check_path(path));
    open_how how{};
    how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    long opened = -1;
    do {
        opened = ::syscall(SYS_openat2, root_.get(), path.c_str(), &how, sizeof how);
    } while (opened < 0 && (errno == EAGAIN || errno == EINTR)); // EAGAIN: something was renamed on the way
    if (opened < 0 && (errno == ENOSYS || errno == EPERM))
        opened = open_by_names(root_.get(), path, flags | O_CLOEXEC);
    if (opened < 0) return disk_error(errno, path);
    return Descriptor(static_cast<int>(opened));
}

Result<Descriptor> Disk::open_parent(const std::string& path, std::string& name) const {
    BIFROST_CHECK(check_path(path));
    const std::size_t slash = path.rfind('/');
    name = path.substr(slash == std::string::npos ? 0 : slash + 1);
    return open_folder(slash == std::string::npos ? "" : path.substr(0, slash));
}

Result<Descriptor> Disk::open_folder(const std::string& path) const {
    if (!path.empty()) return open_beneath(path, O_RDONLY | O_DIRECTORY);
    const int folder = ::openat(root_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return disk_error(errno, "the root");
    return Descriptor(folder);
}

Result<int> Disk::make_folders(const std::string& path) const {
    BIFROST_CHECK(check_path(path));
    int made = 0;
    Descriptor at;
    std::string so_far;
    for (const auto view : names_of(path)) {
        const std::string name(view);
        so_far += (so_far.empty() ? "" : "/") + name;
        const int folder = at ? at.get() : root_.get();
        if (::mkdirat(folder, name.c_str(), kFolderMode) == 0)
            ++made;
        else if (errno != EEXIST)
            return disk_error(errno, so_far);
        const int next = ::openat(folder, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (next < 0) {
            // O_DIRECTORY and O_NOFOLLOW together call a link ENOTDIR: it is told apart for people.
            struct stat info {};
            const bool link =
                ::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode);
            return disk_error(link ? ELOOP : errno, so_far);
        }
        at = Descriptor(next);
    }
    return made;
}

Result<Descriptor> Disk::open_file(const std::string& path) const {
    // Without O_NONBLOCK a FIFO would hold the thread for ever.
    BIFROST_ASSIGN(Descriptor file, open_beneath(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) return disk_error(errno, path);
    if (!S_ISREG(info.st_mode)) return Error{Errc::conflict, "'" + path + "' is no regular file."};
    return file;
}

Result<std::optional<FileState>> Disk::stat_file(const std::string& path) const {
    std::string name;
    auto folder = open_parent(path, name);
    if (!folder && folder.error().code == Errc::not_found) return std::optional<FileState>{};
    if (!folder) return folder.error();
    struct stat info {};
    if (::fstatat(folder->get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) return std::optional<FileState>{};
        return disk_error(errno, path);
    }
    if (!S_ISREG(info.st_mode)) return Error{Errc::conflict, "'" + path + "' is no regular file."};
    return std::optional(state_of(info));
}

Result<bool> Disk::exists(const std::string& path) const {
    std::string name;
    const auto folder = open_parent(path, name);
    if (!folder && folder.error().code == Errc::not_found) return false;
    if (!folder) return folder.error();
    struct stat info {};
    if (::fstatat(folder->get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0) return true;
    if (errno == ENOENT) return false;
    return disk_error(errno, path);
}

Result<> Disk::move(const std::string& from, const std::string& to) const {
    BIFROST_CHECK(check_path(to));
    std::string from_name;
    std::string to_name;
    BIFROST_ASSIGN(const Descriptor from_folder, open_parent(from, from_name));
    if (const auto slash = to.rfind('/'); slash != std::string::npos)
        BIFROST_CHECK(make_folders(to.substr(0, slash)));
    BIFROST_ASSIGN(const Descriptor to_folder, open_parent(to, to_name));
    if (rename_new(from_folder.get(), from_name.c_str(), to_folder.get(), to_name.c_str()) != 0)
        return disk_error(errno, errno == EEXIST ? to : from);
    if (::fsync(to_folder.get()) != 0 || ::fsync(from_folder.get()) != 0) return disk_error(errno, to);
    return {};
}

Result<> Disk::make_link(const std::string& path, const std::string& to) const {
    BIFROST_CHECK(check_path(to));
    std::string name;
    BIFROST_ASSIGN(const Descriptor folder, open_parent(path, name));
    const std::string target = target_from(path, to);
    if (::symlinkat(target.c_str(), folder.get(), name.c_str()) != 0 && errno != EEXIST)
        return disk_error(errno, path);
    return {};
}

Result<bool> Disk::remove_link(const std::string& path, const std::string& to) const {
    std::string name;
    const auto folder = open_parent(path, name);
    if (!folder && (folder.error().code == Errc::not_found || folder.error().code == Errc::conflict))
        return false;
    if (!folder) return folder.error();
    const std::string target = target_from(path, to);
    std::string found(target.size() + 1, '\0');
    const ssize_t size = ::readlinkat(folder->get(), name.c_str(), found.data(), found.size());
    if (size < 0 || found.substr(0, static_cast<std::size_t>(size)) != target) return false;
    if (::unlinkat(folder->get(), name.c_str(), 0) != 0) return disk_error(errno, path);
    return true;
}

Result<FileState> Disk::write_file(const std::string& path,
                                   const std::function<Result<>(const Sink&)>& fill) const {
    std::string name;
    BIFROST_CHECK(check_path(path));
    if (const auto slash = path.rfind('/'); slash != std::string::npos)
        BIFROST_CHECK(make_folders(path.substr(0, slash)));
    BIFROST_ASSIGN(const Descriptor folder, open_parent(path, name));
    NewFile file(folder.get());
    if (!file.is_open()) return disk_error(errno, path);
    BIFROST_CHECK(fill(
        [&](const char* data, std::size_t size) { return write_bytes(file.number(), data, size, path); }));
    struct stat info {};
    if (::fsync(file.number()) != 0 || ::fstat(file.number(), &info) != 0) return disk_error(errno, path);
    if (file.appear(name.c_str()) != 0) return disk_error(errno, path);
    if (::fsync(folder.get()) != 0) return disk_error(errno, path);
    return state_of(info);
}

Result<> Disk::write_hidden(const std::string& path, const std::function<Result<>(const Sink&)>& fill) const {
    std::string name;
    BIFROST_ASSIGN(const Descriptor folder, open_parent(path, name));
    const Descriptor file(::openat(folder.get(), name.c_str(),
                                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
    if (!file) return disk_error(errno, path);
    BIFROST_CHECK(
        fill([&](const char* data, std::size_t size) { return write_bytes(file.get(), data, size, path); }));
    if (::fsync(file.get()) != 0) return disk_error(errno, path);
    return {};
}

bool Disk::share_file(int source, const std::string& path) const {
    std::string name;
    const auto folder = open_parent(path, name);
    if (!folder) return false;
    // A reflink has bytes of its own on disks that know it; a hard link shares them, and both are read-only.
    if (const Descriptor copy(::openat(folder->get(), name.c_str(),
                                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
        copy) {
        if (::ioctl(copy.get(), FICLONE, source) == 0) return ::fsync(copy.get()) == 0;
        ::unlinkat(folder->get(), name.c_str(), 0);
    }
    const std::string open_file = "/proc/self/fd/" + std::to_string(source);
    return ::linkat(AT_FDCWD, open_file.c_str(), folder->get(), name.c_str(), AT_SYMLINK_FOLLOW) == 0;
}

Result<> Disk::discard(const std::string& path) const {
    if (!path.starts_with(kMaking)) return Error{Errc::internal, "Only what is being made is discarded."};
    std::string name;
    BIFROST_ASSIGN(const Descriptor folder, open_parent(path, name));
    if (::unlinkat(folder.get(), name.c_str(), 0) == 0 || errno == ENOENT) return {};
    if (errno != EISDIR && errno != EPERM) return disk_error(errno, path);
    std::vector<std::string> names;
    {
        BIFROST_ASSIGN(Descriptor inner, open_folder(path));
        DIR* const opened = ::fdopendir(inner.get());
        if (opened == nullptr) return disk_error(errno, path);
        (void)inner.release();
        while (const dirent* entry = ::readdir(opened)) {
            const std::string_view one(entry->d_name);
            if (one != "." && one != "..") names.emplace_back(one);
        }
        ::closedir(opened);
    }
    for (const auto& one : names) BIFROST_CHECK(discard(path + "/" + one));
    if (::unlinkat(folder.get(), name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT)
        return disk_error(errno, path);
    return {};
}

Result<> Disk::sync_folder(const std::string& path) const {
    BIFROST_ASSIGN(const Descriptor folder, open_folder(path));
    if (::fsync(folder.get()) != 0 && errno != EINVAL && errno != EROFS) return disk_error(errno, path);
    return {};
}

Result<std::pair<std::string, FileState>> Disk::hash(const Descriptor& file,
                                                     const std::function<bool()>& stopped) {
    struct stat before {};
    if (::fstat(file.get(), &before) != 0) return disk_error(errno, "the file");
    Sha256 digest;
    std::string buffer(std::size_t{1} << 20, '\0');
    while (true) {
        const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return disk_error(errno, "the file");
        if (got == 0) break;
        digest.update(buffer.data(), static_cast<std::size_t>(got));
        if (stopped()) return Error{Errc::unavailable, "The job was asked to stop."};
    }
    struct stat after {};
    if (::fstat(file.get(), &after) != 0) return disk_error(errno, "the file");
    if (!(state_of(before) == state_of(after)))
        return Error{Errc::conflict, "It was written to while it was read."};
    return std::pair(digest.finish_hex(), state_of(before));
}

} // namespace bifrost::storage
