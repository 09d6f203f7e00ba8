#pragma once
// Published versions as plain files at readable paths (PROJECTS_ROOT), for programs that know no other way. A
// version appears there at once and whole, read-only, every file checked by its hash; nothing is ever
// evicted, and nothing of anybody is replaced: what has to give way is put aside below ".bifrost/aside".

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "storage/shared_files/disk.hpp"
#include "storage/shared_files/shared_cache.hpp"

namespace bifrost::storage {

struct PlacedFile {
    std::string path; ///< below the version's folder; sound (no "..", not absolute)
    CachedObject object;
};

struct PlacedVersion {
    std::string folder; ///< below the root: "bar/hero/model/v003"
    std::string id;     ///< of the version, for the name of its folder while it is being made
    std::vector<PlacedFile> files;
};

class ProjectFolder {
  public:
    /// `cache` may be null; where it lies on the same file system, its objects are linked instead of copied.
    ProjectFolder(std::filesystem::path root, ObjectStore& store, SharedCache* cache)
        : root_(std::move(root)), store_(store), cache_(cache) {}

    /// Makes the folder of a version, or finds that it is there with the right bytes; files that are missing
    /// or damaged are put right; bytes that stand in their place are put aside. What else lies in it is left
    /// alone. An error leaves a version that wasn't
    /// there invisible; it may be asked for again. `progress` hears of the bytes that are done; an error from
    /// it ends the work.
    Result<> materialise(const PlacedVersion& version,
                         const std::function<Result<>(std::int64_t done)>& progress);

  private:
    Result<> place(const Disk& disk, const PlacedFile& file, const std::string& target);
    Result<> bring(const Disk& disk, const PlacedFile& file, const std::string& target);
    Result<> make(const Disk& disk, const PlacedVersion& version, const std::string& making,
                  const std::function<Result<>(std::int64_t)>& progress);
    Result<> repair(const Disk& disk, const PlacedVersion& version,
                    const std::function<Result<>(std::int64_t)>& progress);
    Result<> put_right(const Disk& disk, const PlacedVersion& version, const PlacedFile& file);

    std::filesystem::path root_;
    ObjectStore& store_;
    SharedCache* cache_;
};

} // namespace bifrost::storage
