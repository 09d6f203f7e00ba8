#include "storage/local/object_folder.hpp"

#include <cerrno>
#include <cstdio>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.hpp"
#include "storage/object_key.hpp"

namespace bifrost::storage {
namespace {

constexpr std::size_t kFewKeys = 8;

bool same_file(int folder_a, const char* a, int folder_b, const char* b) {
    struct stat first {};
    struct stat second {};
    return ::fstatat(folder_a, a, &first, AT_SYMLINK_NOFOLLOW) == 0 &&
           ::fstatat(folder_b, b, &second, AT_SYMLINK_NOFOLLOW) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

/// Moves without ever replacing; 0 or an errno.
int move_new(int from, const char* name, int to, const char* key) {
    if (::renameat2(from, name, to, key, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    // File systems without RENAME_NOREPLACE (NFS): a link never replaces either.
    if (::linkat(from, name, to, key, 0) != 0) return errno;
    return ::unlinkat(from, name, 0) == 0 ? 0 : errno;
}

class Folder {
  public:
    explicit Folder(Descriptor descriptor) : stream_(::fdopendir(descriptor.get())) {
        if (stream_ != nullptr) static_cast<void>(descriptor.release());
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        if (stream_ != nullptr) ::closedir(stream_);
    }
    [[nodiscard]] int descriptor() const { return ::dirfd(stream_); }
    /// The next name that can stand in a key; nullptr at the end.
    [[nodiscard]] const char* next() const {
        while (const dirent* entry = stream_ != nullptr ? ::readdir(stream_) : nullptr)
            if (is_object_key(entry->d_name)) return entry->d_name;
        return nullptr;
    }

  private:
    DIR* stream_;
};

using Visit = std::function<Result<>(const std::string& key, const ObjectInfo&)>;

Result<> walk(Descriptor opened, const std::string& prefix, const Visit& visit) {
    const Folder folder(std::move(opened));
    while (const char* name = folder.next()) {
        struct stat about {};
        if (::fstatat(folder.descriptor(), name, &about, AT_SYMLINK_NOFOLLOW) != 0) {
            if (errno == ENOENT) continue;
            return os_error(errno, "look at an object");
        }
        if (S_ISDIR(about.st_mode)) {
            const int inner =
                ::openat(folder.descriptor(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            if (inner < 0) return os_error(errno, "open a folder of objects");
            BIFROST_CHECK(walk(Descriptor(inner), prefix + name + '/', visit));
        } else if (S_ISREG(about.st_mode)) {
            BIFROST_CHECK(visit(prefix + name, ObjectInfo{about.st_size}));
        }
    }
    return {};
}

} // namespace

Result<> ObjectFolder::make_folders(const std::string& key) const {
    for (std::size_t slash = key.find('/'); slash != std::string::npos; slash = key.find('/', slash + 1)) {
        if (::mkdirat(folder_.get(), key.substr(0, slash).c_str(), 0750) != 0 && errno != EEXIST) {
            return os_error(errno, "make a folder of objects");
        }
    }
    return {};
}

Result<> ObjectFolder::place(const Descriptor& from, const char* name, const std::string& key) {
    const auto move = [&] { return move_new(from.get(), name, folder_.get(), key.c_str()); };
    int failed = move();
    if (failed == ENOENT) {
        BIFROST_CHECK(make_folders(key));
        failed = move();
    }
    if (failed == EEXIST && same_file(from.get(), name, folder_.get(), key.c_str())) {
        // An earlier move of a file system without RENAME_NOREPLACE ended between its two steps.
        failed = ::unlinkat(from.get(), name, 0) == 0 ? 0 : errno;
    }
    if (failed == EEXIST || failed == ENOTDIR || failed == EISDIR) {
        return Error{Errc::conflict,
                     "Another object lies under this key; every upload needs a key of its own."};
    }
    if (failed != 0) return os_error(failed, "put an object in its place");
    const std::lock_guard lock(mutex_);
    lost_.erase(key);
    return {};
}

Result<Descriptor> ObjectFolder::open(const std::string& key) const {
    BIFROST_ASSIGN(Descriptor file, open_at(folder_, key.c_str(), O_RDONLY));
    struct stat about {};
    if (::fstat(file.get(), &about) != 0) return os_error(errno, "look at an object");
    if (!S_ISREG(about.st_mode)) return os_error(ENOENT, "open an object");
    return file;
}

Result<std::optional<ObjectInfo>> ObjectFolder::stat(const std::string& key) const {
    struct stat about {};
    if (::fstatat(folder_.get(), key.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) return std::optional<ObjectInfo>();
        return os_error(errno, "look at an object");
    }
    if (!S_ISREG(about.st_mode)) return std::optional<ObjectInfo>();
    return std::optional(ObjectInfo{about.st_size});
}

Result<> ObjectFolder::remove(const std::string& key) {
    // Folders stay: removing an empty one would race with an upload that is about to use it.
    if (::unlinkat(folder_.get(), key.c_str(), 0) != 0 && errno != ENOENT && errno != ENOTDIR) {
        return os_error(errno, "remove an object");
    }
    return {};
}

Result<> ObjectFolder::sync(const std::vector<std::string>& keys) {
    if (keys.empty()) return {};
    {
        const std::lock_guard lock(mutex_);
        for (const auto& key : keys)
            if (lost_.contains(key)) return os_error(EIO, "sync objects whose bytes were lost before");
    }
    if (keys.size() <= kFewKeys) return sync_each(keys);
    for (const auto& key : keys) {
        BIFROST_ASSIGN(const auto info, stat(key));
        if (!info) return os_error(ENOENT, "sync objects");
    }
    while (::syncfs(folder_.get()) != 0) {
        if (errno != EINTR) return lose(keys, os_error(errno, "sync the store"));
    }
    return {};
}

Result<> ObjectFolder::sync_each(const std::vector<std::string>& keys) {
    std::set<std::string> folders;
    for (const auto& key : keys) {
        BIFROST_ASSIGN(const Descriptor file, open(key));
        if (auto synced = sync_file(file, "sync an object"); !synced) return lose(keys, synced.error());
        for (std::size_t slash = key.rfind('/'); slash != std::string::npos;
             slash = key.rfind('/', slash - 1))
            folders.insert(key.substr(0, slash));
    }
    folders.insert(".");
    for (const auto& name : folders) {
        BIFROST_ASSIGN(const Descriptor folder, open_at(folder_, name.c_str(), O_RDONLY | O_DIRECTORY));
        if (auto synced = sync_file(folder, "sync a folder of objects"); !synced)
            return lose(keys, synced.error());
    }
    return {};
}

Error ObjectFolder::lose(const std::vector<std::string>& keys, Error error) {
    const std::lock_guard lock(mutex_);
    lost_.insert(keys.begin(), keys.end());
    return error;
}

Result<> ObjectFolder::each(const Visit& visit) const {
    BIFROST_ASSIGN(Descriptor folder, open_at(folder_, ".", O_RDONLY | O_DIRECTORY));
    return walk(std::move(folder), "", visit);
}

} // namespace bifrost::storage
