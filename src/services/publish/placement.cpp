#include "services/publish/placement.hpp"

#include <algorithm>

#include "events/event_log.hpp"
#include "queue/queue.hpp"
#include "services/publish/address.hpp"
#include "services/publish/placement.sql.hpp"

namespace bifrost::publish {
namespace {

constexpr const char* kConsumer = "materialise";
constexpr std::int64_t kPriority = -5; // behind everything that people wait for

/// "bar:hero/model@3" → "bar/hero/model/v003"; codes hold nothing that a path could not.
std::string folder_of(std::string address, std::int64_t number) {
    constexpr std::size_t kDigits = 3;
    address.resize(std::min(address.size(), address.rfind('@')));
    std::replace(address.begin(), address.end(), ':', '/');
    const std::string digits = std::to_string(number);
    address += "/v";
    if (digits.size() < kDigits) address.append(kDigits - digits.size(), '0');
    return address + digits;
}

} // namespace

Result<Placement> get_placement(database::Tx& tx, const Id& version_id) {
    const Error missing{Errc::not_found, "There is no such published version."};
    BIFROST_ASSIGN(const auto version, tx.query(sql::find_published, version_id));
    if (version.empty()) return missing;
    BIFROST_ASSIGN(const auto addresses, addresses_of(tx, {version_id}));
    const auto address = addresses.find(version_id);
    if (address == addresses.end()) return missing;
    Placement placement;
    placement.folder = folder_of(address->second, version[0].integer(0));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_placed_files, version_id));
    for (const auto row : rows) placement.files.push_back(row.as<PlacementFile>());
    return placement;
}

Result<std::int64_t> queue_placements(database::Database& database, std::int64_t most) {
    BIFROST_ASSIGN(const bool anything, database.read([&](database::Tx& tx) -> Result<bool> {
        BIFROST_ASSIGN(const auto since, events::find_cursor(tx, kConsumer));
        BIFROST_ASSIGN(const auto page, events::list_events(tx, since, 1, {}));
        return !page.events.empty();
    }));
    if (!anything) return std::int64_t{0};
    return database.write([&](database::Tx& tx) -> Result<std::int64_t> {
        BIFROST_ASSIGN(const auto since, events::find_cursor(tx, kConsumer));
        BIFROST_ASSIGN(const auto page, events::list_events(tx, since, most, {}));
        if (page.events.empty()) return std::int64_t{0};
        for (const auto& event : page.events) {
            if (event.action != "version.published") continue;
            queue::JobSpec job;
            job.kind = "materialise";
            job.payload.text = "{\"version_id\":\"" + event.entity_id.text() + "\"}";
            job.project_id = event.project_id;
            job.priority = kPriority;
            job.unique_key = "materialise:" + event.entity_id.text();
            BIFROST_CHECK(queue::enqueue(tx, job));
        }
        BIFROST_CHECK(events::save_cursor(tx, kConsumer, page.position));
        return static_cast<std::int64_t>(page.events.size());
    });
}

} // namespace bifrost::publish
