#include "client/transfer/range_file.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bifrost::client {
namespace {

Error cannot_write(const std::filesystem::path& path) {
    const int number = errno;
    return {number == ENOSPC || number == EDQUOT ? Errc::out_of_space : Errc::forbidden,
            path.string() + " can't be written: " + std::strerror(number) +
                ". Free space or set BIFROST_CACHE_DIR to another folder."};
}

} // namespace

Result<std::unique_ptr<RangeFile>> RangeFile::open(const std::filesystem::path& path, std::int64_t size,
                                                   std::int64_t range_size) {
    std::unique_ptr<RangeFile> opened{new RangeFile};
    opened->path_ = path;
    opened->list_path_ = path.string() + ".ranges";
    opened->size_ = size;
    opened->range_size_ = range_size;
    opened->done_.resize(static_cast<std::size_t>((size + range_size - 1) / range_size));
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    while (true) {
        opened->file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (opened->file_ < 0) return cannot_write(path);
        if (::flock(opened->file_, LOCK_EX | LOCK_NB) != 0)
            return Error{
                Errc::conflict,
                "Another program is downloading the same file. Wait for it and run the command again."};
        // Whoever held the lock before may have finished and given the file its name in the cache.
        struct stat mine {
        }, named{};
        if (::fstat(opened->file_, &mine) == 0 && ::stat(path.c_str(), &named) == 0 &&
            mine.st_ino == named.st_ino)
            break;
        ::close(opened->file_);
    }
    opened->list_ = ::open(opened->list_path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (opened->list_ < 0) return cannot_write(opened->list_path_);

    // One line a finished range: its size, then its number. A list with another range size is of another
    // release.
    std::string text(64 * 1024, '\0');
    const ssize_t got = ::pread(opened->list_, text.data(), text.size(), 0);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find('\n', at);
        if (end == std::string::npos) break; // torn by a crash
        long long length = 0, number = -1;
        if (std::sscanf(text.c_str() + at, "%lld %lld", &length, &number) == 2 && length == range_size &&
            number >= 0 && static_cast<std::size_t>(number) < opened->done_.size())
            opened->done_[static_cast<std::size_t>(number)] = true;
        at = end + 1;
    }
    return opened;
}

RangeFile::~RangeFile() {
    if (file_ >= 0) ::close(file_);
    if (list_ >= 0) ::close(list_);
}

std::vector<ByteRange> RangeFile::missing() const {
    std::vector<ByteRange> ranges;
    for (std::size_t i = 0; i < done_.size(); ++i) {
        if (done_[i]) continue;
        const std::int64_t offset = static_cast<std::int64_t>(i) * range_size_;
        ranges.push_back({offset, std::min(range_size_, size_ - offset)});
    }
    return ranges;
}

Result<> RangeFile::write(std::int64_t offset, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t put = ::pwrite(file_, bytes.data(), bytes.size(), offset);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return cannot_write(path_);
        bytes.remove_prefix(static_cast<std::size_t>(put));
        offset += put;
    }
    return {};
}

Result<> RangeFile::finish(const ByteRange& range) {
    const std::int64_t number = range.offset / range_size_;
    done_[static_cast<std::size_t>(number)] = true;
    if (done_.size() == 1) return {}; // nothing to go on from
    const std::string line = std::to_string(range_size_) + " " + std::to_string(number) + "\n";
    if (::write(list_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
        return cannot_write(list_path_);
    return {};
}

void RangeFile::remove() {
    ::unlink(path_.c_str());
    remove_list();
}

void RangeFile::remove_list() { ::unlink(list_path_.c_str()); }

} // namespace bifrost::client
