#include "storage/local/completion.hpp"

#include <cerrno>

#include <sys/stat.h>

#include "core/hash.hpp"

namespace bifrost::storage {
namespace {

Error no_such_upload() { return {Errc::not_found, "The store has no such upload; begin another."}; }

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
