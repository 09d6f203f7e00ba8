#include "site/folder.hpp"

#include <cerrno>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace bifrost::site {
namespace {

constexpr std::size_t kPiece = 1 << 20;

Error file_error(int code, const std::filesystem::path& path, const char* doing) {
    const std::string text = std::string("The file ") + path.string() + " can't be " + doing + ": " +
                             std::generic_category().message(code) + ".";
    if (code == ENOENT) return {Errc::not_found, text};
    if (code == ENOSPC || code == EDQUOT) return {Errc::out_of_space, text};
    return {Errc::unavailable, text};
}

class Opened {
  public:
    explicit Opened(int descriptor) : descriptor_(descriptor) {}
    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;
    ~Opened() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    [[nodiscard]] int get() const { return descriptor_; }

  private:
    int descriptor_;
};

Result<> sync_folder(const std::filesystem::path& folder) {
    const Opened opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.get() < 0 || ::fsync(opened.get()) != 0) return file_error(errno, folder, "made durable");
    return {};
}

} // namespace

NewFile::NewFile(std::filesystem::path path, std::filesystem::path temporary, int descriptor)
    : path_(std::move(path)), temporary_(std::move(temporary)), descriptor_(descriptor) {}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)), temporary_(std::move(other.temporary_)),
      descriptor_(std::exchange(other.descriptor_, -1)), buffer_(std::move(other.buffer_)),
      size_(other.size_), hash_(std::move(other.hash_)) {}

NewFile::~NewFile() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    ::unlink(temporary_.c_str());
}

Result<NewFile> NewFile::create(const std::filesystem::path& path) {
    std::error_code failed;
    std::filesystem::create_directories(path.parent_path(), failed);
    if (failed) return file_error(failed.value(), path.parent_path(), "made");
    const std::filesystem::path temporary = path.string() + ".part";
    const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) return file_error(errno, path, "written");
    return NewFile(path, temporary, descriptor);
}

Result<> NewFile::write(std::string_view bytes) {
    hash_.update(bytes.data(), bytes.size());
    size_ += static_cast<std::int64_t>(bytes.size());
    buffer_ += bytes;
    return buffer_.size() < kPiece ? Result<>{} : flush();
}

Result<> NewFile::flush() {
    std::size_t done = 0;
    while (done < buffer_.size()) {
        const ssize_t wrote = ::write(descriptor_, buffer_.data() + done, buffer_.size() - done);
        if (wrote < 0 && errno != EINTR) return file_error(errno, path_, "written");
        if (wrote > 0) done += static_cast<std::size_t>(wrote);
    }
    buffer_.clear();
    return {};
}

Result<> NewFile::finish() {
    BIFROST_CHECK(flush());
    if (::fsync(descriptor_) != 0) return file_error(errno, path_, "made durable");
    ::close(std::exchange(descriptor_, -1));
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) return file_error(errno, path_, "written");
    return sync_folder(path_.parent_path());
}

Result<> read_file(const std::filesystem::path& path,
                   const std::function<Result<>(std::string_view piece)>& visit) {
    const Opened opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (opened.get() < 0) return file_error(errno, path, "read");
    const auto buffer = std::make_unique<char[]>(kPiece);
    while (true) {
        const ssize_t got = ::read(opened.get(), buffer.get(), kPiece);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return file_error(errno, path, "read");
        if (got == 0) return {};
        BIFROST_CHECK(visit({buffer.get(), static_cast<std::size_t>(got)}));
    }
}

Result<> read_lines(const std::filesystem::path& path,
                    const std::function<Result<>(std::string_view line)>& visit) {
    std::string rest;
    BIFROST_CHECK(read_file(path, [&](std::string_view piece) -> Result<> {
        while (true) {
            const std::size_t end = piece.find('\n');
            if (end == std::string_view::npos) break;
            rest += piece.substr(0, end);
            BIFROST_CHECK(visit(rest));
            rest.clear();
            piece.remove_prefix(end + 1);
        }
        rest += piece;
        return {};
    }));
    return rest.empty() ? Result<>{} : visit(rest);
}

} // namespace bifrost::site
