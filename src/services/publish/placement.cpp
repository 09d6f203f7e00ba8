#include "services/publish/placement.hpp"

#include "events/event_log.hpp"
#include "queue/queue.hpp"
#include "services/folder/layout.hpp"
#include "services/folder/place.hpp"
#include "services/publish/placement.sql.hpp"

namespace bifrost::publish {
namespace {

constexpr const char* kConsumer = "materialise";
constexpr std::int64_t kPriority = -5; // behind everything that people wait for

} // namespace

Result<Placement> get_placement(database::Tx& tx, const Id& version_id) {
    BIFROST_ASSIGN(const auto version, tx.query(sql::find_published, version_id));
    if (version.empty()) return Error{Errc::not_found, "There is no such published version."};
    BIFROST_ASSIGN(const auto templates, folder::load_templates(tx, version[0].id(0)));
    folder::EntityIndex index;
    BIFROST_CHECK(index.load(tx, {version_id}));
    const folder::VersionPlaces places(templates, index);
    Placement placement;
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_placed_files, version_id));
    for (const auto row : rows) {
        auto file = row.as<PlacementFile>();
        if (auto folder = places.find(version_id, file.representation))
            placement[std::move(*folder)].push_back(std::move(file));
    }
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
