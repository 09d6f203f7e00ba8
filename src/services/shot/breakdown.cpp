#include "services/shot/breakdown.hpp"

#include <algorithm>
#include <unordered_map>

#include "services/project/entity.hpp"
#include "services/project/project.hpp"
#include "services/publish/address.hpp"
#include "services/shot/breakdown.sql.hpp"

namespace bifrost::shot {
namespace {

constexpr std::int64_t kMostShots = 20'000;

struct Part {
    std::int64_t asset = 0; ///< index
    std::int64_t occurrences = 0;
    bool pinned = false;
};
/// By owner; one part for each asset.
using Parts = std::unordered_map<Id, std::vector<Part>>;

Result<Parts> read_parts(database::Tx& tx, const Id& project_id,
                         const std::unordered_map<Id, std::int64_t>& assets) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_project_roles, project_id));
    Parts parts;
    std::vector<Part>* list = nullptr;
    Id last;
    for (const auto row : rows) {
        const auto asset = assets.find(row.id(1));
        if (asset == assets.end()) continue;
        if (const Id owner = row.id(0); list == nullptr || owner != last) {
            list = &parts[owner];
            last = owner;
        }
        const bool pinned = row.text(3) != "{}";
        const auto same = std::find_if(list->begin(), list->end(),
                                       [&](const Part& part) { return part.asset == asset->second; });
        if (same == list->end()) {
            list->push_back({asset->second, row.integer(2), pinned});
        } else {
            same->occurrences += row.integer(2);
            same->pinned = same->pinned || pinned;
        }
    }
    // The rows come as they lie: sorting thousands of small lists here is less than one large sort there.
    for (auto& [owner, all] : parts)
        std::sort(all.begin(), all.end(), [](const Part& a, const Part& b) { return a.asset < b.asset; });
    return parts;
}

/// The parts of an owner that nearer owners don't have themselves.
void add_cells(const Parts& parts, const std::optional<Id>& owner, std::int64_t shot, bool inherited,
               std::size_t first, std::vector<BreakdownCell>& cells) {
    if (!owner) return;
    const auto found = parts.find(*owner);
    if (found == parts.end()) return;
    const auto nearer = cells.size();
    for (const auto& part : found->second) {
        const bool known = std::any_of(cells.begin() + static_cast<std::ptrdiff_t>(first),
                                       cells.begin() + static_cast<std::ptrdiff_t>(nearer),
                                       [&](const BreakdownCell& cell) { return cell.asset == part.asset; });
        if (!known) cells.push_back({shot, part.asset, part.occurrences, part.pinned, inherited});
    }
}

} // namespace

Result<Breakdown> get_breakdown(database::Tx& tx, const access::Actor& actor, std::string_view project,
                                const BreakdownFilter& filter) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
    Breakdown breakdown;
    BIFROST_ASSIGN(const auto shots, tx.query(sql::list_breakdown_shots, found.id, filter.sequence_id,
                                              filter.episode_id, kMostShots + 1));
    if (static_cast<std::int64_t>(shots.size()) > kMostShots)
        return invalid_field("/sequence_id", "is needed here: the project has more than 20,000 shots");
    BIFROST_ASSIGN(const auto assets, tx.query(sql::list_cast_asset_rows, found.id));
    std::unordered_map<Id, std::int64_t> indexes;
    for (const auto row : assets) {
        if (!actor.may_see(row.id(1))) continue;
        indexes.emplace(row.id(0), static_cast<std::int64_t>(breakdown.assets.size()));
        breakdown.assets.push_back(row.as<BreakdownAsset>());
    }
    BIFROST_ASSIGN(const auto parts, read_parts(tx, found.id, indexes));
    for (const auto row : shots) {
        const auto index = static_cast<std::int64_t>(breakdown.shots.size());
        breakdown.shots.push_back(row.as<BreakdownShot>());
        const auto& shot = breakdown.shots.back();
        const std::size_t first = breakdown.cells.size();
        add_cells(parts, shot.id, index, false, first, breakdown.cells);
        add_cells(parts, shot.sequence_id, index, true, first, breakdown.cells);
        add_cells(parts, row.get<std::optional<Id>>(7), index, true, first, breakdown.cells);
    }
    return breakdown;
}

Result<std::vector<Appearance>> list_appearances(database::Tx& tx, const access::Actor& actor,
                                                 const Id& asset_id) {
    BIFROST_CHECK(project::get_visible_entity(tx, actor, asset_id, "asset"));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_appearances, asset_id));
    std::vector<Appearance> appearances;
    std::vector<Id> owners;
    for (const auto row : rows) {
        if (!actor.may_see(row.id(3))) continue;
        Appearance one;
        one.casting_id = row.id(0);
        one.kind = row.text(1);
        one.id = row.id(2);
        one.project_id = row.id(3);
        one.occurrences = row.integer(4);
        one.label = row.get<std::optional<std::string>>(5);
        one.pins.text = row.text(6);
        owners.push_back(one.id);
        appearances.push_back(std::move(one));
    }
    BIFROST_ASSIGN(const auto addresses, publish::addresses_of(tx, owners));
    for (auto& one : appearances)
        if (const auto address = addresses.find(one.id); address != addresses.end())
            one.address = address->second;
    return appearances;
}

} // namespace bifrost::shot
