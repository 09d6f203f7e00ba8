#include "storage/local/upload_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/hash.hpp"
#include "core/id.hpp"
#include "storage/local/signed_url.hpp"
#include "storage/object_key.hpp"

namespace bifrost::storage {
namespace {

// Locks lie behind all bytes that a file can have here; a part's lock is at kPartLocks + its number.
constexpr off_t kStateLock = off_t{1} << 62;
constexpr off_t kReceivingLock = kStateLock + 1;
constexpr off_t kPartLocks = kStateLock + 2;

constexpr std::int64_t kLargestUpload = std::int64_t{1} << 60;
constexpr std::size_t kLongestRecord = 1024;

int lock_range(const Descriptor& file, off_t at, off_t length, short type, int command) {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = at;
    lock.l_len = length;
    return ::fcntl(file.get(), command, &lock);
}

int lock_byte(const Descriptor& file, off_t at, short type, int command) {
    return lock_range(file, at, 1, type, command);
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (!line.empty()) {
        const std::string_view word = line.substr(0, line.find(' '));
        line.remove_prefix(std::min(word.size() + 1, line.size()));
        words.push_back(word);
    }
    return words;
}

std::optional<std::string> key_of(std::string_view line) {
    const auto words = words_of(line);
    if (words.size() != 5 || words[0] != "bifrost-upload" || words[1] != "1" || words[4] != ".")
        return std::nullopt;
    if (!is_object_key(words[2])) return std::nullopt;
    return std::string(words[2]);
}

void apply(UploadState& state, const UploadShape& shape, std::string_view line) {
    const auto words = words_of(line);
    if (words.size() < 3 || words.back() != ".") return;
    const auto number = parse_decimal(words[1]);
    const auto size = number ? shape.size_of(*number) : std::nullopt;
    if (!size) return;
    const int index = static_cast<int>(*number);
    if (words[0] == "drop" && words.size() == 3) {
        state.parts.erase(index);
    } else if (words[0] == "part" && words.size() == 6 && is_sha256_hex(words[3]) &&
               parse_decimal(words[2]) == size) {
        state.parts[index] = {{index, *size, std::string(words[3])}, std::string(words[4])};
    }
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

} // namespace

std::string make_upload_id(const UploadShape& shape) {
    return Id::make().text() + '-' + std::to_string(shape.size) + '-' + std::to_string(shape.part_size);
}

std::optional<UploadShape> parse_upload_id(std::string_view upload) {
    constexpr std::size_t kUuid = 36;
    if (upload.size() < kUuid + 4 || upload[kUuid] != '-') return std::nullopt;
    const auto id = Id::parse(upload.substr(0, kUuid));
    const std::string_view rest = upload.substr(kUuid + 1);
    const std::size_t dash = rest.find('-');
    if (!id || dash == std::string_view::npos) return std::nullopt;
    const auto size = parse_decimal(rest.substr(0, dash));
    const auto part_size = parse_decimal(rest.substr(dash + 1));
    if (!size || !part_size || *part_size < 1 || *size > kLargestUpload) return std::nullopt;
    const UploadShape shape{*size, *part_size};
    // One spelling only: no upper case, no leading zeros.
    if (id->text() + '-' + std::to_string(*size) + '-' + std::to_string(*part_size) != upload)
        return std::nullopt;
    return shape;
}

std::vector<Part> UploadState::parts_of(const std::string& boot) const {
    std::vector<Part> list;
    for (const auto& [number, recorded] : parts)
        if (recorded.boot == boot) list.push_back(recorded.part);
    return list;
}

Result<> UploadFile::create(const Descriptor& uploads, const std::string& upload, const std::string& key,
                            const std::string& boot) {
    const auto shape = parse_upload_id(upload);
    BIFROST_ASSIGN(const Descriptor file,
                   open_at(uploads, upload.c_str(), O_CREAT | O_EXCL | O_WRONLY, 0600));
    const std::string record = "bifrost-upload 1 " + key + ' ' + boot + " .";
    auto written = write_all(file, record.data(), record.size(), shape->size);
    // What can't be removed either is collected later; the first failure is what the caller must hear of.
    if (!written) static_cast<void>(drop(uploads, upload));
    return written;
}

Result<UploadFile> UploadFile::open(const Descriptor& uploads, const std::string& upload) {
    const auto shape = parse_upload_id(upload);
    if (!shape) return Error{Errc::not_found, "The store has no such upload; begin another."};
    while (true) {
        const int number = ::openat(uploads.get(), upload.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        if (number >= 0) return UploadFile(Descriptor(number), *shape);
        if (errno == ENOENT) return Error{Errc::not_found, "The store has no such upload; begin another."};
        if (errno != EINTR) return os_error(errno, "open an upload");
    }
}

Result<> UploadFile::drop(const Descriptor& uploads, const std::string& upload) {
    if (::unlinkat(uploads.get(), upload.c_str(), 0) != 0 && errno != ENOENT) {
        return os_error(errno, "remove an upload");
    }
    return {};
}

Result<UploadGlance> UploadFile::glance() const {
    BIFROST_ASSIGN(const std::string head, read_some(file_, shape_.size, kLongestRecord));
    const auto key = key_of(first_line(head));
    if (!key) return Error{Errc::not_found, "The store has no such upload; begin another."};
    return UploadGlance{*key, first_line(head).size() < head.size()};
}

Result<UploadState> UploadFile::read() const {
    struct stat about {};
    if (::fstat(file_.get(), &about) != 0) return os_error(errno, "look at an upload");
    const std::int64_t length = std::max<std::int64_t>(0, about.st_size - shape_.size);
    BIFROST_ASSIGN(const std::string text, read_some(file_, shape_.size, static_cast<std::size_t>(length)));
    UploadState state;
    std::string_view rest = text;
    const auto key = key_of(first_line(rest));
    if (!key) return Error{Errc::not_found, "The store has no such upload; begin another."};
    state.key = *key;
    while (!rest.empty()) {
        const std::string_view line = first_line(rest);
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        apply(state, shape_, line);
    }
    return state;
}

Result<> UploadFile::append(const std::string& words) const {
    std::string record = '\n' + words + " .";
    const iovec piece{record.data(), record.size()};
    while (true) {
        // One call that finds the end by itself, because parts end at the same time (RWF_APPEND, Linux 4.16).
        const ssize_t written = ::pwritev2(file_.get(), &piece, 1, shape_.size, RWF_APPEND);
        if (written == static_cast<ssize_t>(record.size())) return {};
        if (written >= 0) return os_error(ENOSPC, "write the journal of an upload");
        if (errno != EINTR) return os_error(errno, "write the journal of an upload");
    }
}

Result<> UploadFile::cut_journal() const {
    while (::ftruncate(file_.get(), shape_.size) != 0) {
        if (errno != EINTR) return os_error(errno, "cut the journal of an upload");
    }
    return {};
}

bool UploadFile::is_cut() const {
    struct stat about {};
    return ::fstat(file_.get(), &about) == 0 && about.st_size == shape_.size;
}

bool UploadFile::is_dropped() const {
    struct stat about {};
    return ::fstat(file_.get(), &about) != 0 || about.st_nlink == 0;
}

bool UploadFile::is_still(const Descriptor& uploads, const std::string& upload) const {
    struct stat here {};
    struct stat there {};
    return ::fstat(file_.get(), &here) == 0 &&
           ::fstatat(uploads.get(), upload.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           here.st_ino == there.st_ino && here.st_dev == there.st_dev;
}

UploadFile::~UploadFile() {
    constexpr off_t kToTheEnd = 0;
    if (file_.get() >= 0) lock_range(file_, kStateLock, kToTheEnd, F_UNLCK, F_OFD_SETLK);
}

Result<> UploadFile::lock_state() const {
    while (lock_byte(file_, kStateLock, F_WRLCK, F_OFD_SETLKW) != 0) {
        if (errno != EINTR) return os_error(errno, "lock an upload");
    }
    return {};
}

bool UploadFile::try_lock_receiving() const {
    return lock_byte(file_, kReceivingLock, F_RDLCK, F_OFD_SETLK) == 0;
}

bool UploadFile::try_lock_all_parts() const {
    return lock_byte(file_, kReceivingLock, F_WRLCK, F_OFD_SETLK) == 0;
}

bool UploadFile::try_lock_part(std::int64_t number) const {
    return lock_byte(file_, kPartLocks + number, F_WRLCK, F_OFD_SETLK) == 0;
}

} // namespace bifrost::storage
