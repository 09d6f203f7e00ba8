#include "storage/local/descriptor.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "core/log.hpp"

namespace bifrost::storage {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        if (number_ >= 0) ::close(number_);
        number_ = std::exchange(other.number_, -1);
    }
    return *this;
}

Descriptor::~Descriptor() {
    if (number_ >= 0) ::close(number_);
}

Error os_error(int code, std::string_view doing) {
    const std::string cause = std::generic_category().message(code);
    switch (code) {
    case ENOENT:
    case ENOTDIR:
        return {Errc::not_found, "There is no such object or upload in the store."};
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        log::warning("the store has no space left", {{"doing", std::string(doing)}, {"cause", cause}});
        return {Errc::out_of_space,
                "The store has no space left for these bytes; free some or enlarge it, then try again."};
    case EACCES:
    case EPERM:
    case EROFS:
        log::error("the store can't be written", {{"doing", std::string(doing)}, {"cause", cause}});
        return {Errc::unavailable,
                "The store can't be written at the moment; the administrator finds the cause in the log."};
    case EMFILE:
    case ENFILE:
    case ENOMEM:
        log::error("the store lacks a resource", {{"doing", std::string(doing)}, {"cause", cause}});
        return {Errc::unavailable, "The server is too busy to open another file; try again in a moment."};
    default:
        log::error("the store failed", {{"doing", std::string(doing)}, {"cause", cause}});
        return {Errc::internal, std::string(doing) + ": " + cause};
    }
}

Result<Descriptor> open_at(const Descriptor& folder, const char* name, int flags, unsigned mode) {
    while (true) {
        const int number = ::openat(folder.get(), name, flags | O_CLOEXEC | O_NOFOLLOW, mode);
        if (number >= 0) return Descriptor(number);
        if (errno != EINTR) return os_error(errno, "open a file of the store");
    }
}

Result<> write_all(const Descriptor& file, const void* data, std::size_t size, std::int64_t offset) {
    const char* from = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t written =
            offset < 0 ? ::write(file.get(), from, size) : ::pwrite(file.get(), from, size, offset);
        if (written < 0) {
            if (errno == EINTR) continue;
            return os_error(errno, "write a file of the store");
        }
        from += written;
        size -= static_cast<std::size_t>(written);
        if (offset >= 0) offset += written;
    }
    return {};
}

Result<std::string> read_some(const Descriptor& file, std::int64_t offset, std::size_t most) {
    std::string text(most, '\0');
    std::size_t filled = 0;
    while (filled < most) {
        const ssize_t got =
            ::pread(file.get(), text.data() + filled, most - filled, offset + static_cast<off_t>(filled));
        if (got < 0) {
            if (errno == EINTR) continue;
            return os_error(errno, "read a file of the store");
        }
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    text.resize(filled);
    return text;
}

Result<> sync_file(const Descriptor& file, std::string_view doing) {
    while (::fsync(file.get()) != 0) {
        if (errno != EINTR) return os_error(errno, doing);
    }
    return {};
}

} // namespace bifrost::storage
