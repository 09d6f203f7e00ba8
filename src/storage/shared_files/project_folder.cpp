#include "storage/shared_files/project_folder.hpp"

#include <set>

#include "core/hash.hpp"
#include "core/log.hpp"
#include "core/random.hpp"

namespace bifrost::storage {
namespace {

constexpr std::size_t kBuffer = 1 << 20;

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

/// What stands at a path: nothing, these bytes, or something else (other bytes, a link, a folder).
enum class Found { nothing, right, other };

Result<Found> look_at(const Disk& disk, const std::string& path, const CachedObject& object) {
    const auto file = disk.open_file(path);
    if (!file && file.error().code == Errc::not_found) return Found::nothing;
    if (!file && file.error().code == Errc::conflict) return Found::other;
    if (!file) return file.error();
    const auto hashed = Disk::hash(*file, [] { return false; });
    if (!hashed && hashed.error().code == Errc::conflict) return Found::other; // somebody writes to it
    if (!hashed) return hashed.error();
    const bool is_right = hashed->second.size == object.size && hashed->first == object.sha256;
    return is_right ? Found::right : Found::other;
}

} // namespace

Result<> ProjectFolder::bring(const Disk& disk, const PlacedFile& file, const std::string& target) {
    BIFROST_ASSIGN(const auto reader, store_.open(file.object.key, 0));
    return disk.write_hidden(target, [&](const Disk::Sink& sink) -> Result<> {
        std::vector<char> buffer(kBuffer);
        Sha256 sha;
        std::int64_t size = 0;
        while (true) {
            BIFROST_ASSIGN(const std::size_t got, reader->read(buffer.data(), buffer.size()));
            if (got == 0) break;
            sha.update(buffer.data(), got);
            size += static_cast<std::int64_t>(got);
            BIFROST_CHECK(sink(buffer.data(), got));
        }
        if (size == file.object.size && sha.finish_hex() == file.object.sha256) return {};
        return Error{Errc::invalid,
                     "The store has other bytes than the version should have; `verify` finds which."};
    });
}

/// `target` lies below kMaking.
Result<> ProjectFolder::place(const Disk& disk, const PlacedFile& file, const std::string& target) {
    BIFROST_CHECK(disk.make_folders(parent_of(target)));
    if (cache_ == nullptr) return bring(disk, file, target);
    const auto opened = cache_->open(file.object.sha256, file.object.size);
    if (!opened) return bring(disk, file, target);
    const Descriptor source(opened->descriptor);
    if (!disk.share_file(source.get(), target)) return bring(disk, file, target);
    BIFROST_ASSIGN(const Found found, look_at(disk, target, file.object));
    if (found == Found::right) return {};
    BIFROST_CHECK(disk.discard(target));
    cache_->forget(file.object.sha256);
    log::warning("an object of the shared cache is damaged", {{"sha256", file.object.sha256}});
    return bring(disk, file, target);
}

Result<> ProjectFolder::put_right(const Disk& disk, const PlacedVersion& version, const PlacedFile& file) {
    const std::string target = version.folder + "/" + file.path;
    BIFROST_ASSIGN(const Found found, look_at(disk, target, file.object));
    if (found == Found::right) return {};
    log::warning("a file of projects is missing or damaged and is put right", {{"file", target}});
    const std::string name = version.id + '-' + random_token(9);
    const std::string beside = std::string(kMaking) + name;
    auto placed = place(disk, file, beside);
    if (placed && found == Found::other) {
        // Whatever it is, it may be the only one of its kind.
        const auto aside = disk.move(target, ".bifrost/aside/" + name + "/" + file.path);
        if (!aside && aside.error().code != Errc::not_found) placed = aside;
    }
    if (placed) placed = disk.move(beside, target);
    if (placed) return {};
    // Another worker may have been sooner.
    const auto now = look_at(disk, target, file.object);
    const bool is_right = now && *now == Found::right;
    BIFROST_CHECK(disk.discard(beside));
    return is_right ? Result<>{} : placed;
}

Result<> ProjectFolder::repair(const Disk& disk, const PlacedVersion& version,
                               const std::function<Result<>(std::int64_t)>& progress) {
    std::int64_t done = 0;
    for (const auto& file : version.files) {
        BIFROST_CHECK(put_right(disk, version, file));
        done += file.object.size;
        BIFROST_CHECK(progress(done));
    }
    return {};
}

/// All files of the version, durable, in a folder that nobody looks into yet.
Result<> ProjectFolder::make(const Disk& disk, const PlacedVersion& version, const std::string& making,
                             const std::function<Result<>(std::int64_t)>& progress) {
    BIFROST_CHECK(disk.make_folders(making));
    std::set<std::string> folders{making};
    std::int64_t done = 0;
    for (const auto& file : version.files) {
        const std::string target = making + "/" + file.path;
        BIFROST_CHECK(place(disk, file, target));
        for (std::string above = parent_of(target); above.size() > making.size(); above = parent_of(above))
            folders.insert(above);
        done += file.object.size;
        BIFROST_CHECK(progress(done));
    }
    for (const auto& folder : folders) BIFROST_CHECK(disk.sync_folder(folder));
    return {};
}

Result<> ProjectFolder::materialise(const PlacedVersion& version,
                                    const std::function<Result<>(std::int64_t)>& progress) {
    // An empty root is what a volume looks like that isn't mounted: it is made by an administrator, not here.
    BIFROST_ASSIGN(const Disk disk, Disk::open(root_.string()));
    BIFROST_CHECK(Disk::check_path(version.folder));
    for (const auto& file : version.files) BIFROST_CHECK(Disk::check_path(file.path));
    const auto there = disk.open_folder(version.folder);
    if (there) return repair(disk, version, progress);
    if (there.error().code != Errc::not_found) return there.error();
    const std::string making = std::string(kMaking) + version.id + '-' + random_token(9);
    auto made = make(disk, version, making, progress);
    if (made) made = disk.move(making, version.folder);
    if (made) return {};
    const auto discarded = disk.discard(making); // what is left over is below kMaking and harmless
    if (!discarded && discarded.error().code != Errc::not_found)
        log::warning("a folder that was being made could not be removed", {{"folder", making}});
    const bool is_taken = made.error().code == Errc::conflict && disk.open_folder(version.folder);
    return is_taken ? repair(disk, version, progress) : made;
}

} // namespace bifrost::storage
