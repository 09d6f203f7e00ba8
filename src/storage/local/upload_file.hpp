#pragma once
// One upload on disk is one file, `uploads/<upload>`: its bytes, each part at its place, and behind them a
// journal of what arrived, which is cut off when the upload is completed. (One file and not a folder of
// three, because making files is what small uploads spend their time on.) A record is "\n<words> ."; one that
// is torn has no dot and counts for nothing:
//   bifrost-upload 1 <key> <boot> .          the first, without the line feed
//   part <number> <size> <sha256> <boot> .   it arrived whole while the machine ran under this boot id
//   drop <number> .                          its bytes are about to be written again
// Bytes of another boot were perhaps only in memory when the machine stopped: such parts count as missing.
// The id of an upload is "<uuid>-<size>-<part size>", so that the journal is found and the id says all about
// the parts.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "storage/local/descriptor.hpp"
#include "storage/upload_shape.hpp"

namespace bifrost::storage {

/// A new id for an upload of this shape.
std::string make_upload_id(const UploadShape& shape);
/// Nothing else than what `make_upload_id` writes is an id (or the name of a file).
std::optional<UploadShape> parse_upload_id(std::string_view upload);

struct RecordedPart {
    Part part;
    std::string boot;
};

/// What the journal says.
struct UploadState {
    std::string key;
    std::map<int, RecordedPart> parts;

    /// The parts that count under this boot id.
    [[nodiscard]] std::vector<Part> parts_of(const std::string& boot) const;
};

/// What a writer of one part must know; costs one small read however long the journal is.
struct UploadGlance {
    std::string key;
    bool has_records = false;
};

class UploadFile {
  public:
    UploadFile(UploadFile&&) noexcept = default;
    UploadFile& operator=(UploadFile&&) = delete;
    /// Lets go of its locks by name: a child process that was begun meanwhile may still have the open file.
    ~UploadFile();

    /// Makes the file with the first record.
    static Result<> create(const Descriptor& uploads, const std::string& upload, const std::string& key,
                           const std::string& boot);
    /// not_found when there is none.
    static Result<UploadFile> open(const Descriptor& uploads, const std::string& upload);
    /// One that is gone is no error.
    static Result<> drop(const Descriptor& uploads, const std::string& upload);

    [[nodiscard]] const UploadShape& shape() const { return shape_; }
    [[nodiscard]] const Descriptor& file() const { return file_; }
    /// not_found when it has no journal: it broke off when it began, or is completed.
    [[nodiscard]] Result<UploadGlance> glance() const;
    [[nodiscard]] Result<UploadState> read() const;
    [[nodiscard]] Result<> append(const std::string& words) const;
    /// Cuts the journal off, which ends the upload: its bytes are left.
    [[nodiscard]] Result<> cut_journal() const;
    /// Exactly as long as its bytes: `cut_journal` was done.
    [[nodiscard]] bool is_cut() const;
    /// True after `drop`, also while this is still open.
    [[nodiscard]] bool is_dropped() const;
    /// False after `drop`, and after the file was moved to the objects.
    [[nodiscard]] bool is_still(const Descriptor& uploads, const std::string& upload) const;

    // Locks of this open file (F_OFD_SETLK), so that they hold between threads and between processes, and end
    // with it.
    /// One at a time completes or drops the upload; waits, because that is short.
    [[nodiscard]] Result<> lock_state() const;
    /// Shared by those that receive parts.
    [[nodiscard]] bool try_lock_receiving() const;
    /// Shuts those out.
    [[nodiscard]] bool try_lock_all_parts() const;
    [[nodiscard]] bool try_lock_part(std::int64_t number) const;

  private:
    UploadFile(Descriptor file, UploadShape shape) : file_(std::move(file)), shape_(shape) {}

    Descriptor file_;
    UploadShape shape_;
};

} // namespace bifrost::storage
