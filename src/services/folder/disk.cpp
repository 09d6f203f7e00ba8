#include "services/folder/disk.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h> // NOLINT: renameat2
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/hash.hpp"
#include "core/id.hpp"
#include "services/folder/match.hpp"

namespace bifrost::folder {
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
        return {Errc::out_of_space, "The shared file system is full."};
    default:
        return {Errc::unavailable,
                "The shared file system refuses " + what + ": " + std::strerror(number) + "."};
    }
}

/// Names that lead up or nowhere never reach the disk.
Result<> check_path(const std::string& path) {
    for (const auto name : split_path(path))
        if (name.empty() || name == "." || name == ".." || name.find('\0') != std::string_view::npos)
            return Error{Errc::invalid, "'" + path + "' is no path below the root."};
    return {};
}

/// Where openat2 is missing (ENOSYS) or filtered away (EPERM): one name after another, none of them a link.
int open_by_names(int root, const std::string& path, int flags) {
    const auto names = split_path(path);
    Descriptor at;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const bool last = i + 1 == names.size();
        const int how = last ? flags | O_NOFOLLOW : O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        const int next = ::openat(at.is_open() ? at.number() : root, std::string(names[i]).c_str(), how);
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

Result<> write_all(int file, const char* data, std::size_t size, const std::string& path) {
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
/// rule.
int rename_new(int from_folder, const char* from, int to_folder, const char* to) {
    if (::renameat2(from_folder, from, to_folder, to, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return -1;
    if (::linkat(from_folder, from, to_folder, to, 0) != 0) return -1;
    return ::unlinkat(from_folder, from, 0);
}

} // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this == &other) return *this;
    if (number_ >= 0) ::close(number_);
    number_ = other.release();
    return *this;
}

Descriptor::~Descriptor() {
    if (number_ >= 0) ::close(number_);
}

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

Result<Descriptor> Disk::open_beneath(const std::string& path, int flags) const {
    BIFROST_CHECK(check_path(path));
    open_how how{};
    how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    long opened = -1;
    do {
        opened = ::syscall(SYS_openat2, root_.number(), path.c_str(), &how, sizeof how);
    } while (opened < 0 && (errno == EAGAIN || errno == EINTR)); // EAGAIN: something was renamed on the way
    if (opened < 0 && (errno == ENOSYS || errno == EPERM))
        opened = open_by_names(root_.number(), path, flags | O_CLOEXEC);
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
    const int folder = ::openat(root_.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return disk_error(errno, "the root");
    return Descriptor(folder);
}

Result<int> Disk::make_folders(const std::string& path) const {
    BIFROST_CHECK(check_path(path));
    int made = 0;
    Descriptor at;
    std::string so_far;
    for (const auto view : split_path(path)) {
        const std::string name(view);
        so_far += (so_far.empty() ? "" : "/") + name;
        const int folder = at.is_open() ? at.number() : root_.number();
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
    if (::fstat(file.number(), &info) != 0) return disk_error(errno, path);
    if (!S_ISREG(info.st_mode)) return Error{Errc::conflict, "'" + path + "' is no regular file."};
    return file;
}

Result<std::optional<FileState>> Disk::stat_file(const std::string& path) const {
    std::string name;
    auto folder = open_parent(path, name);
    if (!folder && folder.error().code == Errc::not_found) return std::optional<FileState>{};
    if (!folder) return folder.error();
    struct stat info {};
    if (::fstatat(folder->number(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) return std::optional<FileState>{};
        return disk_error(errno, path);
    }
    if (!S_ISREG(info.st_mode)) return Error{Errc::conflict, "'" + path + "' is no regular file."};
    return std::optional(state_of(info));
}

Result<> Disk::move(const std::string& from, const std::string& to) const {
    BIFROST_CHECK(check_path(to));
    std::string from_name;
    std::string to_name;
    BIFROST_ASSIGN(const Descriptor from_folder, open_parent(from, from_name));
    if (const auto slash = to.rfind('/'); slash != std::string::npos)
        BIFROST_CHECK(make_folders(to.substr(0, slash)));
    BIFROST_ASSIGN(const Descriptor to_folder, open_parent(to, to_name));
    if (rename_new(from_folder.number(), from_name.c_str(), to_folder.number(), to_name.c_str()) != 0)
        return disk_error(errno, errno == EEXIST ? to : from);
    if (::fsync(to_folder.number()) != 0 || ::fsync(from_folder.number()) != 0) return disk_error(errno, to);
    return {};
}

Result<> Disk::make_link(const std::string& path, const std::string& to) const {
    BIFROST_CHECK(check_path(to));
    std::string name;
    BIFROST_ASSIGN(const Descriptor folder, open_parent(path, name));
    std::string target;
    for (const char c : path)
        if (c == '/') target += "../";
    target += to;
    if (::symlinkat(target.c_str(), folder.number(), name.c_str()) != 0 && errno != EEXIST)
        return disk_error(errno, path);
    return {};
}

Result<FileState> Disk::write_file(const std::string& path,
                                   const std::function<Result<>(const Sink&)>& fill) const {
    std::string name;
    BIFROST_CHECK(check_path(path));
    if (const auto slash = path.rfind('/'); slash != std::string::npos)
        BIFROST_CHECK(make_folders(path.substr(0, slash)));
    BIFROST_ASSIGN(const Descriptor folder, open_parent(path, name));
    // Beside its place, so that the rename is one of the same file system.
    const std::string beside = ".bifrost-" + Id::make().text();
    const Descriptor file(::openat(folder.number(), beside.c_str(),
                                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
    if (!file.is_open()) return disk_error(errno, path);
    const auto undo = [&](Error error) {
        ::unlinkat(folder.number(), beside.c_str(), 0);
        return error;
    };
    const auto filled =
        fill([&](const char* data, std::size_t size) { return write_all(file.number(), data, size, path); });
    if (!filled) return undo(filled.error());
    struct stat info {};
    if (::fsync(file.number()) != 0 || ::fstat(file.number(), &info) != 0)
        return undo(disk_error(errno, path));
    if (rename_new(folder.number(), beside.c_str(), folder.number(), name.c_str()) != 0)
        return undo(disk_error(errno, path));
    if (::fsync(folder.number()) != 0) return disk_error(errno, path);
    return state_of(info);
}

Result<std::pair<std::string, FileState>> Disk::hash(const Descriptor& file,
                                                     const std::function<bool()>& stopped) {
    struct stat before {};
    if (::fstat(file.number(), &before) != 0) return disk_error(errno, "the file");
    Sha256 digest;
    std::string buffer(std::size_t{1} << 20, '\0');
    while (true) {
        const ssize_t got = ::read(file.number(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return disk_error(errno, "the file");
        if (got == 0) break;
        digest.update(buffer.data(), static_cast<std::size_t>(got));
        if (stopped()) return Error{Errc::unavailable, "The job was asked to stop."};
    }
    struct stat after {};
    if (::fstat(file.number(), &after) != 0) return disk_error(errno, "the file");
    if (!(state_of(before) == state_of(after)))
        return Error{Errc::conflict, "It was written to while it was read."};
    return std::pair(digest.finish_hex(), state_of(before));
}

} // namespace bifrost::folder
