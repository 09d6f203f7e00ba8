#include "storage/shared_files/disk_traits.hpp"

#include "core/random.hpp"
#include "storage/shared_files/disk.hpp"

namespace bifrost::storage {
namespace {

Result<DiskTraits> probe(const Disk& disk, const std::string& folder) {
    const auto write = [&](const char* name) {
        return disk.write_hidden(folder + "/" + name, [&](const Disk::Sink& sink) { return sink(name, 1); });
    };
    DiskTraits traits;
    BIFROST_CHECK(write("Case"));
    BIFROST_CHECK(write("\xc3\xa9")); // one character
    BIFROST_CHECK(write("other"));
    BIFROST_ASSIGN(const bool is_case_found, disk.exists(folder + "/case"));
    BIFROST_ASSIGN(const bool is_form_found, disk.exists(folder + "/e\xcc\x81")); // a letter and its accent
    traits.tells_cases_apart = !is_case_found;
    traits.tells_forms_apart = !is_form_found;
    const auto moved = disk.move(folder + "/other", folder + "/Case");
    BIFROST_ASSIGN(const bool is_left, disk.exists(folder + "/other"));
    traits.moves_never_replace = !moved && moved.error().code == Errc::conflict && is_left;
    if (disk.make_link(folder + "/link", folder + "/Case")) {
        BIFROST_ASSIGN(traits.takes_links, disk.exists(folder + "/link"));
    }
    return traits;
}

} // namespace

Result<DiskTraits> probe_disk(const std::string& root) {
    BIFROST_ASSIGN(const Disk disk, Disk::open(root));
    const std::string folder = std::string(kMaking) + "probe-" + random_token(9);
    BIFROST_CHECK(disk.make_folders(folder));
    auto traits = probe(disk, folder);
    BIFROST_CHECK(disk.discard(folder));
    return traits;
}

} // namespace bifrost::storage
