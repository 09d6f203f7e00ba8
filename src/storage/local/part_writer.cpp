#include "storage/local/part_writer.hpp"

#include <fcntl.h>

namespace bifrost::storage {
namespace {

/// Writing back is started in steps of this size, so that the disk works while bytes still come and the fsync
/// at the end is short. Smaller parts are left to the syncfs of their group.
constexpr std::int64_t kWriteBack = std::int64_t{8} << 20;

} // namespace

Result<> LocalPartWriter::write(const void* data, std::size_t size) {
    if (failure_) return *failure_;
    auto taken = take(data, size);
    if (!taken) failure_ = taken.error();
    return taken;
}

Result<> LocalPartWriter::take(const void* data, std::size_t size) {
    if (static_cast<std::int64_t>(size) > place_.size - written_) {
        return Error{Errc::invalid,
                     "The part is longer than the " + std::to_string(place_.size) +
                         " bytes that its URL was signed for; ask for a URL of the right size."};
    }
    BIFROST_CHECK(write_all(file_.file(), data, size, place_.offset + written_));
    written_ += static_cast<std::int64_t>(size);
    sha_.take(data, size);
    if (written_ - started_ >= kWriteBack) start_writing_back(written_);
    return {};
}

void LocalPartWriter::start_writing_back(std::int64_t up_to) {
    // Only a hint: where the file system doesn't know it, the sync at the end does all the work.
    static_cast<void>(::sync_file_range(file_.file().get(), place_.offset + started_, up_to - started_,
                                        SYNC_FILE_RANGE_WRITE));
    started_ = up_to;
}

Result<std::string> LocalPartWriter::finish() {
    if (failure_) return *failure_;
    if (finished_) return Error{Errc::conflict, "The part was finished already."};
    if (written_ != place_.size) {
        return Error{Errc::invalid, "The part has " + std::to_string(written_) + " bytes where " +
                                        std::to_string(place_.size) + " were announced; send it again."};
    }
    finished_ = true;
    if (started_ > 0 && started_ < written_) start_writing_back(written_);
    BIFROST_ASSIGN(const std::string sha256, sha_.finish_hex());
    if (!place_.signed_sha256.empty() && sha256 != place_.signed_sha256) {
        return Error{Errc::invalid,
                     "The bytes of the part aren't those whose sha256 was signed; send it again."};
    }
    if (file_.is_dropped()) return Error{Errc::forbidden, "The upload was dropped while the part came."};
    BIFROST_CHECK(file_.append("part " + std::to_string(place_.number) + ' ' + std::to_string(place_.size) +
                               ' ' + sha256 + ' ' + place_.boot));
    return sha256;
}

} // namespace bifrost::storage
