#include "client/seen.hpp"

#include <charconv>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/transfer/local_file.hpp"
#include "core/hash.hpp"
#include "core/timestamp.hpp"

namespace bifrost::client {
namespace {

constexpr std::int64_t kLife = 60; ///< seconds
constexpr std::size_t kMost = 256;

std::int64_t now_seconds() { return Timestamp::now().micros / 1'000'000; }

/// Locked while it lives, so that commands side by side don't write into each other.
class LockedFile {
  public:
    LockedFile(const std::filesystem::path& path, int flags, int lock)
        : descriptor_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600)) {
        if (descriptor_ >= 0 && ::flock(descriptor_, lock) != 0) {
            ::close(descriptor_);
            descriptor_ = -1;
        }
    }
    LockedFile(const LockedFile&) = delete;
    LockedFile& operator=(const LockedFile&) = delete;
    ~LockedFile() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }

    /// The token, when what stands there is "<second> <token>" and not too old.
    [[nodiscard]] std::string read() const {
        std::string text(kMost, '\0');
        const ssize_t got = ::pread(descriptor_, text.data(), text.size(), 0);
        text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        std::int64_t second = 0;
        const auto number = std::from_chars(text.data(), text.data() + text.size(), second);
        const std::int64_t age = now_seconds() - second;
        const auto space = static_cast<std::size_t>(number.ptr - text.data());
        if (number.ec != std::errc{} || space >= text.size() || text[space] != ' ' || age < 0 || age > kLife)
            return "";
        const std::string token = text.substr(space + 1);
        return token.find_first_not_of("0123456789abcdef-") == std::string::npos ? token : "";
    }
    [[nodiscard]] bool write(const std::string& token) const {
        const std::string text = std::to_string(now_seconds()) + ' ' + token;
        return text.size() <= kMost && ::ftruncate(descriptor_, 0) == 0 &&
               ::pwrite(descriptor_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
    }

  private:
    int descriptor_;
};

/// The hexadecimal number that a token begins with; see X-Bifrost-Consistency in the contract.
std::uint64_t position_of(const std::string& token) {
    std::uint64_t position = 0;
    const auto end = std::from_chars(token.data(), token.data() + token.size(), position, 16);
    return end.ec == std::errc{} ? position : 0;
}

} // namespace

SeenFile::SeenFile(const std::string& url) : SeenFile(url, config_folder() / "seen") {}

SeenFile::SeenFile(const std::string& url, const std::filesystem::path& folder)
    : path_(folder / sha256_hex(url).substr(0, 32)) {}

std::string SeenFile::load() const {
    const LockedFile file(path_, O_RDONLY, LOCK_SH);
    return file.is_open() ? file.read() : "";
}

Result<> SeenFile::save(const std::string& token) const {
    std::error_code failed;
    std::filesystem::create_directories(path_.parent_path(), failed);
    const LockedFile file(path_, O_RDWR | O_CREAT, LOCK_EX);
    if (!file.is_open()) return Error{Errc::forbidden, path_.string() + " can't be written."};
    // Of commands side by side, the one that wrote later may end sooner.
    if (position_of(file.read()) > position_of(token)) return {};
    if (!file.write(token)) return Error{Errc::out_of_space, path_.string() + " can't be written."};
    return {};
}

} // namespace bifrost::client
