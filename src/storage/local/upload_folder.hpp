#pragma once
// One upload on disk: `uploads/<upload>/data` holds the bytes, each part at its place,
// `uploads/<upload>/parts` is a journal that only grows. A record is "\n<words> ."; one that is torn has no
// dot and counts for nothing:
//   upload 1 <key> <size> <part size> <boot> .   the first
//   part <number> <size> <sha256> <boot> .   it arrived whole while the machine ran under this boot id
//   drop <number> .                          its bytes are about to be written again
//   complete <sha256 or -> <boot> .          the last: no part is taken any more
// Bytes of another boot were perhaps only in memory when the machine stopped: such parts count as missing.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "storage/local/descriptor.hpp"
#include "storage/object_store.hpp"

namespace bifrost::storage {

struct UploadAbout {
    std::string key;
    std::int64_t size = 0;
    std::int64_t part_size = 0;

    [[nodiscard]] std::int64_t part_count() const { return (size + part_size - 1) / part_size; }
    [[nodiscard]] std::int64_t offset_of(int number) const { return (number - 1) * part_size; }
    /// The exact size of a part; nothing when the upload has no part of this number.
    [[nodiscard]] std::optional<std::int64_t> size_of(std::int64_t number) const;
};

struct RecordedPart {
    Part part;
    std::string boot;
};

struct Completion {
    std::optional<std::string> sha256;
    std::string boot;
};

/// What the whole journal says.
struct UploadState {
    UploadAbout about;
    std::map<int, RecordedPart> parts;
    std::optional<Completion> completion;
    std::set<std::string, std::less<>> boots; ///< every boot id of the journal

    /// The parts that count under this boot id.
    [[nodiscard]] std::vector<Part> parts_of(const std::string& boot) const;
    /// True when something was recorded under another boot id.
    [[nodiscard]] bool outlived_a_boot(const std::string& boot) const;
};

/// What a writer of one part must know; costs two small reads however long the journal is.
struct UploadGlance {
    UploadAbout about;
    bool has_records = false;
    bool completed = false;
};

class UploadFolder {
  public:
    /// Makes the folder and the first record. `upload` is a new id.
    static Result<> create(const Descriptor& uploads, const std::string& upload, const UploadAbout& about,
                           const std::string& boot);
    /// not_found when there is none.
    static Result<UploadFolder> open(const Descriptor& uploads, const std::string& upload);
    /// Removes it, the journal first, because everything else begins with the journal. One that is gone is no
    /// error.
    static Result<> drop(const Descriptor& uploads, const std::string& upload);

    [[nodiscard]] Result<UploadState> read() const;
    [[nodiscard]] Result<UploadGlance> glance() const;
    [[nodiscard]] Result<> append(const std::string& words) const;
    /// Opens `data`, made when `writable` and missing; not_found when it is gone and not writable.
    [[nodiscard]] Result<Descriptor> open_data(bool writable) const;
    [[nodiscard]] const Descriptor& folder() const { return folder_; }
    /// True after `drop`, also while this is still open.
    [[nodiscard]] bool is_dropped() const;

    // Locks of this open file (F_OFD_SETLK), so that they hold between threads and between processes, and end
    // with it.
    /// One at a time completes or drops the upload; waits, because that is short.
    [[nodiscard]] Result<> lock_state() const;
    /// Shared by those that receive parts.
    [[nodiscard]] bool try_lock_receiving() const;
    /// Shuts those out.
    [[nodiscard]] bool try_lock_all_parts() const;
    [[nodiscard]] bool try_lock_part(int number) const;

  private:
    UploadFolder(Descriptor folder, Descriptor journal)
        : folder_(std::move(folder)), journal_(std::move(journal)) {}

    Descriptor folder_;
    Descriptor journal_;
};

/// True for what `Id::text` writes; nothing else is the name of a folder of an upload.
bool is_upload_id(std::string_view text);

} // namespace bifrost::storage
