#include "storage/shared_files/project_folder.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hash.hpp"
#include "core/log.hpp"
#include "core/random.hpp"
#include "storage/local/descriptor.hpp"

namespace bifrost::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBuffer = 1 << 20;

Error folder_error(int code, std::string_view doing) {
    Error error = os_error(code, doing);
    if (error.code == Errc::not_found || error.code == Errc::internal)
        error = {Errc::unavailable, "The folder of projects can't be written at the moment."};
    return error;
}

bool is_sound(const std::string& path) {
    if (path.empty() || path.front() == '/') return false;
    for (const auto& part : fs::path(path))
        if (part.empty() || part == ".." || part == ".") return false;
    return true;
}

Result<> make_folders(const fs::path& folder) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed) return folder_error(failed.value(), "make a folder of projects");
    return {};
}

/// True when the file has these bytes. An error only when it can't be read.
Result<bool> has_bytes(const fs::path& path, const CachedObject& object) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file && (errno == ENOENT || errno == ELOOP || errno == ENOTDIR)) return false;
    if (!file) return folder_error(errno, "read a file of projects");
    struct stat about {};
    if (::fstat(file.get(), &about) != 0) return folder_error(errno, "look at a file of projects");
    if (!S_ISREG(about.st_mode) || about.st_size != object.size) return false;
    Sha256 sha;
    std::vector<char> buffer(kBuffer);
    while (true) {
        const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return folder_error(errno, "read a file of projects");
        if (got == 0) break;
        sha.update(buffer.data(), static_cast<std::size_t>(got));
    }
    return sha.finish_hex() == object.sha256;
}

/// The name of a file or folder is on the disk once its folder is.
Result<> sync_folder(const fs::path& folder) {
    const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened) return folder_error(errno, "open a folder of projects");
    if (::fsync(opened.get()) != 0 && errno != EINVAL && errno != EROFS)
        return folder_error(errno, "make a folder of projects durable");
    return {};
}

} // namespace

bool ProjectFolder::link(const PlacedFile& file, const fs::path& target) {
    if (cache_ == nullptr) return false;
    const auto opened = cache_->open(file.object.sha256, file.object.size);
    if (!opened) return false;
    const Descriptor source(opened->descriptor);
    const std::string name = "/proc/self/fd/" + std::to_string(source.get());
    // A reflink has bytes of its own on disks that know it; a hard link shares them, and both are read-only.
    if (const Descriptor copy(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444)); copy) {
        if (::ioctl(copy.get(), FICLONE, source.get()) == 0) return true;
        ::unlink(target.c_str());
    }
    return ::linkat(AT_FDCWD, name.c_str(), AT_FDCWD, target.c_str(), AT_SYMLINK_FOLLOW) == 0;
}

Result<> ProjectFolder::bring(const PlacedFile& file, const fs::path& target) {
    BIFROST_ASSIGN(const auto reader, store_.open(file.object.key, 0));
    Descriptor copy(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
    if (!copy) return folder_error(errno, "make a file of projects");
    std::vector<char> buffer(kBuffer);
    Sha256 sha;
    std::int64_t size = 0;
    while (true) {
        BIFROST_ASSIGN(const std::size_t got, reader->read(buffer.data(), buffer.size()));
        if (got == 0) break;
        sha.update(buffer.data(), got);
        size += static_cast<std::int64_t>(got);
        BIFROST_CHECK(write_all(copy, buffer.data(), got));
    }
    if (size != file.object.size || sha.finish_hex() != file.object.sha256)
        return Error{Errc::invalid,
                     "The store has other bytes than the version should have; `verify` finds which."};
    BIFROST_CHECK(sync_file(copy, "make a file of projects durable"));
    if (::close(copy.release()) != 0) return folder_error(errno, "close a file of projects");
    return {};
}

Result<> ProjectFolder::place(const PlacedFile& file, const fs::path& target) {
    BIFROST_CHECK(make_folders(target.parent_path()));
    if (link(file, target)) {
        BIFROST_ASSIGN(const bool is_right, has_bytes(target, file.object));
        if (is_right) {
            const Descriptor linked(::open(target.c_str(), O_RDONLY | O_CLOEXEC));
            if (!linked) return folder_error(errno, "open a file of projects");
            return sync_file(linked, "make a file of projects durable");
        }
        ::unlink(target.c_str());
        cache_->forget(file.object.sha256);
        log::warning("an object of the shared cache is damaged", {{"sha256", file.object.sha256}});
    }
    return bring(file, target);
}

Result<> ProjectFolder::repair(const PlacedVersion& version, const fs::path& folder,
                               const std::function<Result<>(std::int64_t)>& progress) {
    std::int64_t done = 0;
    for (const auto& file : version.files) {
        const fs::path target = folder / file.path;
        BIFROST_ASSIGN(const bool is_right, has_bytes(target, file.object));
        if (!is_right) {
            log::warning("a file of projects is missing or damaged and is put right",
                         {{"file", target.string()}});
            const fs::path beside = root_ / ".making" / (version.id + '-' + random_token(9));
            BIFROST_CHECK(make_folders(beside.parent_path()));
            BIFROST_CHECK(make_folders(target.parent_path()));
            auto placed = place(file, beside);
            if (placed && ::rename(beside.c_str(), target.c_str()) != 0)
                placed = folder_error(errno, "put a file of projects right");
            if (!placed) {
                ::unlink(beside.c_str());
                return placed;
            }
        }
        done += file.object.size;
        BIFROST_CHECK(progress(done));
    }
    return {};
}

Result<> ProjectFolder::materialise(const PlacedVersion& version,
                                    const std::function<Result<>(std::int64_t)>& progress) {
    bool sound = is_sound(version.folder);
    for (const auto& file : version.files) sound = sound && is_sound(file.path);
    if (!sound) return Error{Errc::invalid, "A path of the version leads out of its folder."};
    // An empty root is what a volume looks like that isn't mounted: it is made by an administrator, not here.
    struct stat about {};
    if (::stat(root_.c_str(), &about) != 0 || !S_ISDIR(about.st_mode))
        return Error{Errc::unavailable,
                     "The folder of projects isn't there; mount it, or mend PROJECTS_ROOT."};
    const fs::path folder = root_ / version.folder;
    if (::lstat(folder.c_str(), &about) == 0) return repair(version, folder, progress);
    const fs::path making = root_ / ".making" / (version.id + '-' + random_token(9));
    BIFROST_CHECK(make_folders(making));
    std::int64_t done = 0;
    Result<> made;
    for (const auto& file : version.files) {
        made = place(file, making / file.path);
        done += file.object.size;
        if (made) made = progress(done);
        if (!made) break;
    }
    if (made) made = make_folders(folder.parent_path());
    if (made) made = sync_folder(making);
    bool is_taken = false;
    if (made && ::rename(making.c_str(), folder.c_str()) != 0) {
        is_taken = errno == EEXIST || errno == ENOTEMPTY; // another worker was sooner
        made = folder_error(errno, "give a version's folder its name");
    }
    if (made) return sync_folder(folder.parent_path());
    std::error_code ignored; // what is left over is in .making and harmless
    fs::remove_all(making, ignored);
    return is_taken ? repair(version, folder, progress) : made;
}

} // namespace bifrost::storage
