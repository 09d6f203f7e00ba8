#include "storage/local/upload_folder.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hash.hpp"
#include "core/id.hpp"
#include "storage/local/signed_url.hpp"
#include "storage/object_key.hpp"

namespace bifrost::storage {
namespace {

// Locks lie far behind the bytes of the journal; a part's lock is at kPartLocks + its number.
constexpr off_t kStateLock = off_t{1} << 40;
constexpr off_t kReceivingLock = kStateLock + 1;
constexpr off_t kPartLocks = off_t{1} << 41;

constexpr std::size_t kLongestRecord = 1024;

int lock_byte(const Descriptor& file, off_t at, short type, int command) {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = at;
    lock.l_len = 1;
    return ::fcntl(file.get(), command, &lock);
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

std::optional<UploadAbout> parse_about(std::string_view line) {
    const auto words = words_of(line);
    if (words.size() != 7 || words[0] != "upload" || words[1] != "1" || words[6] != ".") return std::nullopt;
    const auto size = parse_decimal(words[3]);
    const auto part_size = parse_decimal(words[4]);
    if (!is_object_key(words[2]) || !size || !part_size || *part_size < 1) return std::nullopt;
    return UploadAbout{std::string(words[2]), *size, *part_size};
}

void apply(UploadState& state, std::string_view line) {
    const auto words = words_of(line);
    if (words.size() < 3 || words.back() != ".") return;
    if (words[0] == "upload" || words[0] == "part" || words[0] == "complete") {
        state.boots.emplace(words[words.size() - 2]);
    }
    if (words[0] == "complete" && words.size() == 4) {
        Completion completion;
        if (is_sha256_hex(words[1])) completion.sha256 = std::string(words[1]);
        completion.boot = std::string(words[2]);
        state.completion = std::move(completion);
        return;
    }
    const auto number = parse_decimal(words[1]);
    if (!number || !state.about.size_of(*number)) return;
    const int index = static_cast<int>(*number);
    if (words[0] == "drop" && words.size() == 3) {
        state.parts.erase(index);
    } else if (words[0] == "part" && words.size() == 6 && is_sha256_hex(words[3])) {
        const auto size = parse_decimal(words[2]);
        if (size != state.about.size_of(*number)) return;
        state.parts[index] = {{index, *size, std::string(words[3])}, std::string(words[4])};
    }
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

} // namespace

std::optional<std::int64_t> UploadAbout::size_of(std::int64_t number) const {
    if (number < 1 || number > part_count()) return std::nullopt;
    return std::min(part_size, size - (number - 1) * part_size);
}

std::vector<Part> UploadState::parts_of(const std::string& boot) const {
    std::vector<Part> list;
    for (const auto& [number, recorded] : parts)
        if (recorded.boot == boot) list.push_back(recorded.part);
    return list;
}

bool UploadState::outlived_a_boot(const std::string& boot) const {
    return !boots.empty() && (boots.size() > 1 || !boots.contains(boot));
}

bool is_upload_id(std::string_view text) {
    const auto id = Id::parse(text);
    return id && id->text() == text;
}

Result<> UploadFolder::create(const Descriptor& uploads, const std::string& upload,
                              const UploadAbout& about,
                             const std::string& boot) {
    if (::mkdirat(uploads.get(), upload.c_str(), 0750) != 0)
        return os_error(errno, "make the folder of an upload");
    const auto fill = [&]() -> Result<> {
        BIFROST_ASSIGN(const Descriptor folder, open_at(uploads, upload.c_str(), O_DIRECTORY | O_RDONLY));
        BIFROST_ASSIGN(const Descriptor journal,
                       open_at(folder, "parts", O_CREAT | O_EXCL | O_WRONLY | O_APPEND, 0600));
        const std::string record = "upload 1 " + about.key + ' ' + std::to_string(about.size) + ' ' +
                                   std::to_string(about.part_size) + ' ' + boot + " .";
        return write_all(journal, record.data(), record.size());
    };
    if (auto filled = fill(); !filled) {
        // The first failure is what the caller must hear of; a folder that stays is collected later.
        static_cast<void>(drop(uploads, upload));
        return filled.error();
    }
    return {};
}

Result<UploadFolder> UploadFolder::open(const Descriptor& uploads, const std::string& upload) {
    BIFROST_ASSIGN(Descriptor folder, open_at(uploads, upload.c_str(), O_DIRECTORY | O_RDONLY));
    BIFROST_ASSIGN(Descriptor journal, open_at(folder, "parts", O_RDWR | O_APPEND));
    return UploadFolder(std::move(folder), std::move(journal));
}

Result<> UploadFolder::drop(const Descriptor& uploads, const std::string& upload) {
    const auto folder = open_at(uploads, upload.c_str(), O_DIRECTORY | O_RDONLY);
    if (!folder) {
        if (folder.error().code == Errc::not_found) return {};
        return folder.error();
    }
    for (const char* name : {"parts", "data"}) {
        if (::unlinkat(folder->get(), name, 0) != 0 && errno != ENOENT)
            return os_error(errno, "remove an upload");
    }
    if (::unlinkat(uploads.get(), upload.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
        return os_error(errno, "remove the folder of an upload");
    }
    return {};
}

Result<UploadState> UploadFolder::read() const {
    BIFROST_ASSIGN(const UploadGlance seen, glance());
    UploadState state;
    state.about = seen.about;
    struct stat about {};
    if (::fstat(journal_.get(), &about) != 0) return os_error(errno, "look at the journal of an upload");
    BIFROST_ASSIGN(const std::string text, read_some(journal_, 0, static_cast<std::size_t>(about.st_size)));
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::string_view line = first_line(rest);
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        apply(state, line);
    }
    return state;
}

Result<UploadGlance> UploadFolder::glance() const {
    BIFROST_ASSIGN(const std::string head, read_some(journal_, 0, kLongestRecord));
    const auto about = parse_about(first_line(head));
    if (!about) return Error{Errc::not_found, "The upload broke off before it began; begin another."};
    UploadGlance seen;
    seen.about = *about;
    seen.has_records = first_line(head).size() < head.size();
    if (!seen.has_records) return seen;
    std::string tail = head;
    if (head.size() == kLongestRecord) {
        struct stat file {};
        if (::fstat(journal_.get(), &file) != 0) return os_error(errno, "look at the journal of an upload");
        const std::int64_t from =
            std::max<std::int64_t>(0, file.st_size - static_cast<std::int64_t>(kLongestRecord));
        BIFROST_ASSIGN(tail, read_some(journal_, from, kLongestRecord));
    }
    const std::size_t last = tail.rfind("\ncomplete ");
    seen.completed =
        last != std::string::npos && first_line(std::string_view(tail).substr(last + 1)).ends_with(" .");
    return seen;
}

Result<> UploadFolder::append(const std::string& words) const {
    const std::string record = '\n' + words + " .";
    return write_all(journal_, record.data(), record.size());
}

Result<Descriptor> UploadFolder::open_data(bool writable) const {
    return writable ? open_at(folder_, "data", O_CREAT | O_WRONLY, 0600) : open_at(folder_, "data", O_RDONLY);
}

bool UploadFolder::is_dropped() const {
    struct stat about {};
    return ::fstat(journal_.get(), &about) != 0 || about.st_nlink == 0;
}

Result<> UploadFolder::lock_state() const {
    while (lock_byte(journal_, kStateLock, F_WRLCK, F_OFD_SETLKW) != 0) {
        if (errno != EINTR) return os_error(errno, "lock an upload");
    }
    return {};
}

bool UploadFolder::try_lock_receiving() const {
    return lock_byte(journal_, kReceivingLock, F_RDLCK, F_OFD_SETLK) == 0;
}

bool UploadFolder::try_lock_all_parts() const {
    return lock_byte(journal_, kReceivingLock, F_WRLCK, F_OFD_SETLK) == 0;
}

bool UploadFolder::try_lock_part(int number) const {
    return lock_byte(journal_, kPartLocks + number, F_WRLCK, F_OFD_SETLK) == 0;
}

} // namespace bifrost::storage
