#include "storage/local/completion.hpp"

#include <cerrno>

#include <sys/stat.h>

#include "core/hash.hpp"

namespace bifrost::storage {
namespace {

constexpr std::size_t kMostErrors = 20;

Error no_such_upload() { return {Errc::not_found, "The store has no such upload; begin another."}; }

/// What is wrong with one part of a list; `last` is the number before it.
std::optional<std::string> fault_of(const Part& part, int last, const UploadShape& shape,
                                    const std::vector<Part>& arrived) {
    const std::string name = "Part " + std::to_string(part.number);
    if (!shape.size_of(part.number)) {
        return name + " doesn't exist: the upload has " + std::to_string(shape.part_count()) + " parts.";
    }
    if (part.number == last) return name + " is listed twice.";
    if (part.number < last) return name + " is out of order: parts are listed by number.";
    const auto found = std::lower_bound(arrived.begin(), arrived.end(), part.number,
                                        [](const Part& one, int number) { return one.number < number; });
    if (found == arrived.end() || found->number != part.number) {
        return name + " hasn't arrived; send it, then complete again.";
    }
    if (found->etag != part.etag)
        return name + " has arrived with another etag: it was replaced, or its bytes were lost.";
    if (part.size != 0 && found->size != part.size) return name + " has arrived with another size.";
    return std::nullopt;
}

/// Compares what the caller wants put together with what arrived; every wrong part is named.
Result<> check_parts(const UploadShape& shape, const std::vector<Part>& arrived,
                     const std::vector<Part>& wanted) {
    Error error{Errc::invalid, "The parts can't be put together; `errors` names each that is wrong."};
    const auto add = [&error](std::size_t index, std::string detail) {
        if (error.fields.size() < kMostErrors)
            error.fields.push_back({"/parts/" + std::to_string(index), std::move(detail)});
    };
    int last = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (auto fault = fault_of(wanted[i], last, shape, arrived)) add(i, std::move(*fault));
        last = std::max(last, wanted[i].number);
    }
    std::size_t at = 0;
    for (std::int64_t number = 1; number <= shape.part_count() && error.fields.size() < kMostErrors;
         ++number) {
        while (at < wanted.size() && wanted[at].number < number) ++at;
        if (at < wanted.size() && wanted[at].number == number) continue;
        add(wanted.size(), "Part " + std::to_string(number) + " is missing in the list.");
    }
    if (!error.fields.empty()) return error;
    return {};
}

std::optional<std::string> known_hash(const std::vector<Part>& parts) {
    if (parts.empty()) return sha256_hex("");
    if (parts.size() == 1) return parts.front().etag;
    return std::nullopt;
}

/// The parts as their bytes say, for when the journal is gone.
Result<std::vector<Part>> read_parts(const Descriptor& file, const UploadShape& shape) {
    constexpr std::int64_t kBuffer = 1 << 20;
    std::vector<Part> parts;
    Sha256 sha;
    for (std::int64_t number = 1; number <= shape.part_count(); ++number) {
        const std::int64_t size = *shape.size_of(number);
        for (std::int64_t done = 0; done < size;) {
            const auto most = static_cast<std::size_t>(std::min(kBuffer, size - done));
            BIFROST_ASSIGN(const std::string piece, read_some(file, shape.offset_of(number) + done, most));
            if (piece.empty()) return no_such_upload();
            sha.update(piece.data(), piece.size());
            done += static_cast<std::int64_t>(piece.size());
        }
        parts.push_back({static_cast<int>(number), size, sha.finish_hex()});
    }
    return parts;
}

Result<> make_read_only(const Descriptor& file) {
    if (::fchmod(file.get(), 0444) != 0) return os_error(errno, "make an object read-only");
    return {};
}

/// The object that an earlier complete of this upload left; not_found when there is none of its size.
Result<Descriptor> open_placed(const CompletedUpload& of, const UploadShape& shape) {
    auto object = of.objects.open(of.key);
    if (!object) return object.error().code == Errc::not_found ? no_such_upload() : object.error();
    struct stat about {};
    if (::fstat(object->get(), &about) != 0) return os_error(errno, "look at an object");
    if (about.st_size != shape.size) return no_such_upload();
    return object;
}

Result<std::optional<std::string>> finish(const CompletedUpload& of, const UploadFile& file,
                                          const std::vector<Part>& parts) {
    if (!file.try_lock_all_parts()) {
        Error busy{Errc::conflict,
                   "A part of this upload is still being received; complete it when that is over."};
        busy.retry_after_seconds = 1;
        return busy;
    }
    if (file.is_cut()) {
        BIFROST_ASSIGN(const auto arrived, read_parts(file.file(), file.shape()));
        BIFROST_CHECK(check_parts(file.shape(), arrived, parts));
    } else {
        BIFROST_ASSIGN(const UploadState state, file.read());
        if (state.key != of.key) return no_such_upload();
        BIFROST_CHECK(check_parts(file.shape(), state.parts_of(of.boot), parts));
        BIFROST_CHECK(file.cut_journal());
    }
    BIFROST_CHECK(of.objects.place(of.uploads, of.upload.c_str(), of.key));
    BIFROST_CHECK(make_read_only(file.file()));
    return known_hash(parts);
}

} // namespace

Result<std::optional<std::string>> complete(const CompletedUpload& of, const std::vector<Part>& parts) {
    const auto shape = parse_upload_id(of.upload);
    if (!shape) return no_such_upload();
    const auto file = UploadFile::open(of.uploads, of.upload);
    if (!file && file.error().code != Errc::not_found) return file.error();
    if (file) {
        BIFROST_CHECK(file->lock_state());
        if (file->is_still(of.uploads, of.upload)) return finish(of, *file, parts);
    }
    BIFROST_ASSIGN(const Descriptor object, open_placed(of, *shape));
    BIFROST_ASSIGN(const auto arrived, read_parts(object, *shape));
    BIFROST_CHECK(check_parts(*shape, arrived, parts));
    BIFROST_CHECK(make_read_only(object));
    return known_hash(parts);
}

Result<std::vector<Part>> list_parts(const CompletedUpload& of) {
    const auto shape = parse_upload_id(of.upload);
    if (!shape) return no_such_upload();
    const auto file = UploadFile::open(of.uploads, of.upload);
    if (!file && file.error().code != Errc::not_found) return file.error();
    if (file && file->is_cut()) return read_parts(file->file(), *shape);
    if (file && file->is_still(of.uploads, of.upload)) {
        BIFROST_ASSIGN(const UploadState state, file->read());
        if (state.key != of.key) return no_such_upload();
        return state.parts_of(of.boot);
    }
    BIFROST_ASSIGN(const Descriptor object, open_placed(of, *shape));
    return read_parts(object, *shape);
}

} // namespace bifrost::storage
