#include "client/transfer/local_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/transport/interruption.hpp"
#include "core/hash.hpp"
#include "core/random.hpp"
#include "core/text.hpp"

namespace bifrost::client {
namespace {

constexpr std::size_t kBlock = 256UL * 1024;

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int get() const { return number_; }
    [[nodiscard]] explicit operator bool() const { return number_ >= 0; }

  private:
    int number_;
};

/// An error about a file, with what the system says.
Error file_error(const std::filesystem::path& path, std::string_view what) {
    const int number = errno;
    const Errc code = number == ENOENT || number == ENOTDIR  ? Errc::not_found
                      : number == ENOSPC || number == EDQUOT ? Errc::out_of_space
                                                             : Errc::forbidden;
    return {code, path.string() + " " + std::string(what) + ": " + std::strerror(number) + "."};
}

FileStamp stamp_from(const struct stat& info) {
    return {
        static_cast<std::int64_t>(info.st_size), info.st_mtim.tv_sec * 1'000'000'000L + info.st_mtim.tv_nsec,
        info.st_ctim.tv_sec * 1'000'000'000L + info.st_ctim.tv_nsec, static_cast<std::uint64_t>(info.st_ino)};
}

/// A file beside `target` that becomes it by rename, or goes away.
class Unfinished {
  public:
    explicit Unfinished(const std::filesystem::path& target)
        : target_(target), path_(target.parent_path() / (".bifrost-" + random_token(9) + ".part")) {}
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;
    ~Unfinished() {
        if (!done_) ::unlink(path_.c_str());
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    Result<> finish() {
        if (::rename(path_.c_str(), target_.c_str()) != 0) return file_error(target_, "can't be written");
        done_ = true;
        return {};
    }

  private:
    std::filesystem::path target_;
    std::filesystem::path path_;
    bool done_ = false;
};

Result<> make_folder_of(const std::filesystem::path& path) {
    std::error_code error;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
    if (error)
        return Error{Errc::forbidden, "The folder " + path.parent_path().string() +
                                          " can't be made: " + error.message() + "."};
    return {};
}

Result<> copy_bytes(int from, int to, std::int64_t size, const std::filesystem::path& target) {
    if (::ioctl(to, FICLONE, from) == 0) return {};
    std::int64_t left = size;
    while (left > 0) {
        if (interrupted()) return Error{Errc::unavailable, "Interrupted."};
        const ssize_t moved = ::copy_file_range(
            from, nullptr, to, nullptr, static_cast<std::size_t>(std::min<std::int64_t>(left, 64 << 20)), 0);
        if (moved > 0) {
            left -= moved;
            continue;
        }
        if (moved < 0 && errno == EINTR) continue;
        if (moved < 0 && errno != EXDEV && errno != EINVAL && errno != EOPNOTSUPP && errno != ENOSYS)
            return file_error(target, "can't be written");
        break;
    }
    std::string block(left > 0 ? kBlock : 0, '\0');
    while (left > 0) {
        const ssize_t got = ::read(from, block.data(), block.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0)
            return Error{Errc::conflict, target.string() + " can't be copied: its source became shorter."};
        for (ssize_t at = 0; at < got;) {
            const ssize_t put = ::write(to, block.data() + at, static_cast<std::size_t>(got - at));
            if (put < 0 && errno == EINTR) continue;
            if (put < 0) return file_error(target, "can't be written");
            at += put;
        }
        left -= got;
    }
    return {};
}

std::filesystem::path home() {
    const char* home = std::getenv("HOME");
    return home != nullptr && *home != '\0' ? std::filesystem::path{home}
                                            : std::filesystem::temp_directory_path();
}

} // namespace

Result<FileStamp> stamp_of(const std::filesystem::path& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return file_error(path, "can't be read");
    if (!S_ISREG(info.st_mode)) return Error{Errc::invalid, path.string() + " is not a file."};
    return stamp_from(info);
}

Result<HashedFile> hash_file(const std::filesystem::path& path,
                             const std::function<void(std::int64_t)>& on_bytes) {
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat before {};
    if (!file || ::fstat(file.get(), &before) != 0) return file_error(path, "can't be read");
    if (!S_ISREG(before.st_mode)) return Error{Errc::invalid, path.string() + " is not a file."};
    ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_SEQUENTIAL);

    thread_local std::vector<char> block(kBlock);
    thread_local Sha256 hash;
    std::int64_t total = 0;
    while (total <= before.st_size) { // one that grows and grows would never end
        const ssize_t got = ::read(file.get(), block.data(), block.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 || interrupted()) {
            hash = Sha256{};
            if (got < 0) return file_error(path, "can't be read");
            return Error{Errc::unavailable, "Interrupted."};
        }
        if (got == 0) break;
        hash.update(block.data(), static_cast<std::size_t>(got));
        total += got;
        if (on_bytes) on_bytes(got);
    }
    HashedFile hashed{hash.finish_hex(), stamp_from(before)};
    struct stat after {};
    if (::fstat(file.get(), &after) != 0 || !(stamp_from(after) == hashed.stamp))
        return Error{
            Errc::conflict,
            path.string() +
                " changed while it was being read. Run the command again once nothing writes to it."};
    return hashed;
}

Result<> write_atomically(const std::filesystem::path& path, std::string_view bytes, bool only_for_owner) {
    BIFROST_CHECK(make_folder_of(path));
    Unfinished unfinished{path};
    {
        const Descriptor file{::open(unfinished.path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                                     only_for_owner ? 0600 : 0644)};
        if (!file) return file_error(path, "can't be written");
        while (!bytes.empty()) {
            const ssize_t put = ::write(file.get(), bytes.data(), bytes.size());
            if (put < 0 && errno == EINTR) continue;
            if (put < 0) return file_error(path, "can't be written");
            bytes.remove_prefix(static_cast<std::size_t>(put));
        }
    }
    return unfinished.finish();
}

Result<std::string> read_text(const std::filesystem::path& path, std::size_t most) {
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file) return file_error(path, "can't be read");
    std::string text;
    struct stat info {};
    if (::fstat(file.get(), &info) == 0 && info.st_size > 0)
        text.reserve(std::min(static_cast<std::size_t>(info.st_size), most));
    std::string block(std::min(kBlock, most), '\0');
    while (text.size() < most) {
        const ssize_t got = ::read(file.get(), block.data(), std::min(block.size(), most - text.size()));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return file_error(path, "can't be read");
        if (got == 0) break;
        text.append(block.data(), static_cast<std::size_t>(got));
    }
    return text;
}

bool is_safe_relative(std::string_view path) {
    if (path.empty() || path.front() == '/' || path.find('\\') != std::string_view::npos ||
        has_control_characters(path))
        return false;
    while (true) {
        const auto slash = path.find('/');
        const std::string_view component = path.substr(0, slash);
        if (component.empty() || component == "." || component == "..") return false;
        if (slash == std::string_view::npos) return true;
        path.remove_prefix(slash + 1);
    }
}

Result<> place_file(const std::filesystem::path& source, const std::filesystem::path& target, CopyWay way) {
    BIFROST_CHECK(make_folder_of(target));
    Unfinished unfinished{target};
    if (way == CopyWay::hard_link && ::link(source.c_str(), unfinished.path().c_str()) == 0) {
        // Two names of one file: renaming one over the other is a no-op that would leave both.
        struct stat old {
        }, now{};
        if (::stat(target.c_str(), &old) == 0 && ::stat(source.c_str(), &now) == 0 &&
            old.st_ino == now.st_ino && old.st_dev == now.st_dev)
            return {};
        return unfinished.finish();
    }
    const Descriptor from{::open(source.c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat info {};
    if (!from || ::fstat(from.get(), &info) != 0) return file_error(source, "can't be read");
    {
        const Descriptor to{::open(unfinished.path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                                   way == CopyWay::hard_link ? 0444 : 0644)};
        if (!to) return file_error(target, "can't be written");
        BIFROST_CHECK(copy_bytes(from.get(), to.get(), info.st_size, target));
    }
    return unfinished.finish();
}

std::filesystem::path cache_folder() {
    if (const char* set = std::getenv("BIFROST_CACHE_DIR"); set != nullptr && *set != '\0') return set;
    if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg != nullptr && *xdg == '/')
        return std::filesystem::path{xdg} / "bifrost";
    return home() / ".cache" / "bifrost";
}

std::filesystem::path config_folder() {
    if (const char* xdg = std::getenv("XDG_CONFIG_HOME"); xdg != nullptr && *xdg == '/')
        return std::filesystem::path{xdg} / "bifrost";
    return home() / ".config" / "bifrost";
}

} // namespace bifrost::client
