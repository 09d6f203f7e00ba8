#include "storage/local/completion.hpp"

#include <cerrno>

#include <sys/stat.h>

#include "core/hash.hpp"

namespace bifrost::storage {
namespace {

/// Compares what the caller wants put together with what arrived; every wrong part is named.
Result<> check_parts(const UploadState& state, const std::string& boot, const std::vector<Part>& wanted) {
    Error error{Errc::invalid, "The parts can't be put together; `errors` names each that is wrong."};
    const auto add = [&error](std::size_t index, std::string detail) {
        error.fields.push_back({"/parts/" + std::to_string(index), std::move(detail)});
    };
    int last = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const Part& part = wanted[i];
        const std::string name = "Part " + std::to_string(part.number);
        const auto arrived = state.parts.find(part.number);
        if (!state.about.size_of(part.number)) {
            add(i, name + " doesn't exist: the upload has " + std::to_string(state.about.part_count()) +
                       " parts.");
        } else if (part.number == last) {
            add(i, name + " is listed twice.");
        } else if (part.number < last) {
            add(i, name + " is out of order: parts are listed by number.");
        } else if (arrived == state.parts.end() || arrived->second.boot != boot) {
            add(i, name + " hasn't arrived; send it, then complete again.");
        } else if (arrived->second.part.etag != part.etag) {
            add(i, name + " has arrived with another etag: it was replaced, or is another part's.");
        } else if (part.size != 0 && arrived->second.part.size != part.size) {
            add(i, name + " has arrived with another size.");
        }
        last = std::max(last, part.number);
    }
    std::size_t at = 0;
    for (std::int64_t number = 1; number <= state.about.part_count(); ++number) {
        while (at < wanted.size() && wanted[at].number < number) ++at;
        if (at < wanted.size() && wanted[at].number == number) continue;
        if (error.fields.size() >= 20) break;
        add(wanted.size(), "Part " + std::to_string(number) + " is missing in the list.");
    }
    if (!error.fields.empty()) return error;
    return {};
}

Result<> check_size(const Descriptor& file, std::int64_t size) {
    struct stat about {};
    if (::fstat(file.get(), &about) != 0) return os_error(errno, "look at the bytes of an upload");
    if (about.st_size == size) return {};
    return Error{Errc::conflict,
                 "The bytes of the upload aren't what was recorded of them; abort it and upload again."};
}

/// Moves the bytes to their place, if they don't lie there yet.
Result<> place(const UploadFolder& folder, ObjectFolder& objects, const UploadAbout& about, bool replace) {
    const auto data = folder.open_data(false);
    if (data) {
        if (::fchmod(data->get(), 0444) != 0) return os_error(errno, "make an object read-only");
        return objects.place(folder.folder(), "data", about.key, replace);
    }
    if (data.error().code != Errc::not_found) return data.error();
    BIFROST_ASSIGN(const auto placed, objects.stat(about.key));
    if (placed && placed->size == about.size) return {};
    return Error{Errc::conflict,
                 "The object of this upload was removed after it was completed; upload the bytes again."};
}

/// Reads the bytes again and compares each part with its recorded hash.
Result<> verify(const UploadFolder& folder, ObjectFolder& objects, const UploadState& state) {
    const Error lost{Errc::conflict,
                     "The machine stopped before the bytes of this upload were safe on its disk; abort "
                     "it and upload them again."};
    auto data = folder.open_data(false);
    if (!data) data = objects.open(state.about.key);
    if (!data) return data.error().code == Errc::not_found ? lost : data.error();
    if (!check_size(*data, state.about.size)) return lost;
    constexpr std::int64_t kBuffer = 1 << 20;
    Sha256 sha;
    for (std::int64_t number = 1; number <= state.about.part_count(); ++number) {
        const auto recorded = state.parts.find(static_cast<int>(number));
        if (recorded == state.parts.end()) return lost;
        std::int64_t offset = state.about.offset_of(recorded->first);
        const std::int64_t end = offset + recorded->second.part.size;
        while (offset < end) {
            BIFROST_ASSIGN(
                const std::string piece,
                read_some(*data, offset, static_cast<std::size_t>(std::min(kBuffer, end - offset))));
            if (piece.empty()) return lost;
            sha.update(piece.data(), piece.size());
            offset += static_cast<std::int64_t>(piece.size());
        }
        if (sha.finish_hex() != recorded->second.part.etag) return lost;
    }
    return {};
}

Result<> record(const UploadFolder& folder, const std::optional<std::string>& sha256,
                const std::string& boot) {
    return folder.append("complete " + sha256.value_or("-") + ' ' + boot);
}

Result<std::optional<std::string>> repeat(const UploadFolder& folder, ObjectFolder& objects,
                                          const std::string& boot, const UploadState& state) {
    if (state.completion->boot != boot) {
        BIFROST_CHECK(verify(folder, objects, state));
        BIFROST_CHECK(record(folder, state.completion->sha256, boot));
    }
    BIFROST_CHECK(place(folder, objects, state.about, state.outlived_a_boot(boot)));
    return state.completion->sha256;
}

} // namespace

Result<std::optional<std::string>> complete(const UploadFolder& folder, ObjectFolder& objects,
                                            const std::string& boot, const std::vector<Part>& parts) {
    BIFROST_CHECK(folder.lock_state());
    if (folder.is_dropped()) return Error{Errc::not_found, "The upload was dropped."};
    BIFROST_ASSIGN(const UploadState before, folder.read());
    if (before.completion) return repeat(folder, objects, boot, before);
    if (!folder.try_lock_all_parts()) {
        Error busy{Errc::conflict,
                   "A part of this upload is still being received; complete it when that is over."};
        busy.retry_after_seconds = 1;
        return busy;
    }
    // Read again: the last part may have arrived between the first reading and the lock.
    BIFROST_ASSIGN(const UploadState state, folder.read());
    BIFROST_CHECK(check_parts(state, boot, parts));
    BIFROST_ASSIGN(const Descriptor data, folder.open_data(state.about.size == 0));
    BIFROST_CHECK(check_size(data, state.about.size));
    std::optional<std::string> sha256;
    if (parts.size() == 1) sha256 = parts.front().etag;
    if (parts.empty()) sha256 = sha256_hex("");
    BIFROST_CHECK(record(folder, sha256, boot));
    BIFROST_CHECK(place(folder, objects, state.about, state.outlived_a_boot(boot)));
    return sha256;
}

} // namespace bifrost::storage
