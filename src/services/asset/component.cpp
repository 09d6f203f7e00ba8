#include "services/asset/component.hpp"

#include <algorithm>
#include <unordered_map>

#include <boost/json/parse.hpp>

#include "core/json_reader.hpp"
#include "services/asset/component.sql.hpp"
#include "services/asset/component_input.hpp"
#include "services/publish/address.hpp"

namespace bifrost::asset {
namespace {

using access::Call;
using access::Permission;

struct Assembly {
    Id project_id;
    bool is_assembly = false;
    std::int64_t revision = 1;
    std::string code;
    std::optional<Timestamp> archived_at;
};
BOOST_DESCRIBE_STRUCT(Assembly, (), (project_id, is_assembly, revision, code, archived_at))

Result<Assembly> read_assembly(database::Tx& tx, const access::Actor& actor, const database::Query& query,
                               const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(query, id));
    if (rows.empty()) return Error{Errc::not_found, "There is no such asset."};
    Assembly assembly = rows[0].as<Assembly>();
    BIFROST_CHECK(actor.require(Permission::project_read, assembly.project_id, "asset"));
    return assembly;
}

/// JSON columns come back as each database writes them; compared and kept in one form.
json::Raw canonical(const json::Raw& raw) {
    if (raw.text == "{}") return raw;
    return {json::canonical(boost::json::parse(raw.text))};
}

Result<std::vector<Component>> list_components(database::Tx& tx, const Id& assembly_id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_components, assembly_id));
    std::vector<Component> components;
    components.reserve(rows.size());
    for (const auto row : rows) {
        components.push_back(row.as<Component>());
        components.back().overrides = canonical(components.back().overrides);
        components.back().pins = canonical(components.back().pins);
    }
    return components;
}

struct Step {
    Id id;
    std::string kind = "asset";
    std::optional<std::string> code;
    std::optional<std::string> address;
};
BOOST_DESCRIBE_STRUCT(Step, (), (id, kind, code, address))

/// The assets from the assembly to the one that contains it, found level by level.
Result<std::vector<Id>> find_way(database::Tx& tx, const Id& assembly_id) {
    std::unordered_map<Id, Id> came_from;
    std::vector<Id> level = {assembly_id};
    while (!level.empty()) {
        BIFROST_ASSIGN(const auto rows, tx.query(sql::list_contained, json::to_json(level)));
        level.clear();
        for (const auto row : rows) {
            if (!came_from.emplace(row.id(1), row.id(0)).second) continue;
            level.push_back(row.id(1));
            if (row.id(1) != assembly_id) continue;
            std::vector<Id> way;
            for (Id at = row.id(0); at != assembly_id; at = came_from.at(at)) way.push_back(at);
            way.push_back(assembly_id);
            std::reverse(way.begin(), way.end());
            return way;
        }
    }
    return std::vector<Id>{assembly_id};
}

/// Under the lock of the component graph, after the rows are in.
Result<> check_no_cycle(Call& call, const Id& assembly_id) {
    BIFROST_ASSIGN(const auto found, call.tx.query(sql::contains_itself, assembly_id));
    if (found.empty()) return {};
    BIFROST_ASSIGN(const auto way, find_way(call.tx, assembly_id));
    BIFROST_ASSIGN(const auto addresses, publish::visible_addresses_of(call.tx, call.actor, way));
    std::vector<Step> steps;
    std::string sentence;
    for (const auto& id : way) {
        Step step;
        step.id = id;
        if (const auto address = addresses.find(id); address != addresses.end()) {
            step.address = address->second;
            step.code = address->second.substr(address->second.find_last_of(":/") + 1);
        }
        sentence += step.address.value_or("an asset that you may not see") + " → ";
        steps.push_back(std::move(step));
    }
    sentence += steps.front().address.value_or("");
    return Error{Errc::conflict,
                 "The assembly would contain itself: " + sentence + ". Leave one of them out."}
        .with("cycle", json::to_json(steps));
}

/// Rows by id, of those that are not in `others` as they are: an event holds what changed, not ten thousand
/// rows that stayed.
std::string rows_beside(const std::vector<Component>& rows, const std::vector<Component>& others) {
    std::unordered_map<Id, const Component*> by_id;
    for (const auto& other : others) by_id.emplace(other.id, &other);
    std::map<std::string, Component> changed;
    for (const auto& row : rows) {
        const auto found = by_id.find(row.id);
        if (found == by_id.end() || !(*found->second == row)) changed.emplace(row.id.text(), row);
    }
    return json::to_json(changed);
}

std::string patch_of(const std::vector<Component>& before, const std::vector<Component>& after) {
    const std::string text = R"({"after":{"components":)" + rows_beside(after, before) +
                             R"(},"before":{"components":)" + rows_beside(before, after) + "}}";
    return json::canonical(boost::json::parse(text));
}

Result<> replace_rows(Call& call, const Id& assembly_id, const std::vector<Component>& components) {
    // All go and all come, so that names may be swapped between rows.
    BIFROST_CHECK(call.tx.execute(sql::delete_components, assembly_id));
    std::vector<database::Params> rows;
    rows.reserve(components.size());
    for (std::size_t i = 0; i < components.size(); ++i) {
        const auto& one = components[i];
        rows.push_back(database::make_params(one.id, assembly_id, one.asset_id, one.name, one.transform,
                                             one.overrides, one.pins, one.count, i));
    }
    if (!rows.empty()) BIFROST_CHECK(call.tx.execute_many(sql::insert_component, rows));
    return {};
}

} // namespace

Result<Components> get_components(database::Tx& tx, const access::Actor& actor, const Id& assembly_id) {
    BIFROST_ASSIGN(const auto assembly, read_assembly(tx, actor, sql::find_assembly, assembly_id));
    BIFROST_ASSIGN(auto components, list_components(tx, assembly_id));
    return Components{std::move(components), assembly.revision};
}

Result<Components> put_components(Call& call, const Id& assembly_id, const boost::json::value& body,
                                  std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const auto assembly, read_assembly(call.tx, call.actor, sql::lock_assembly, assembly_id));
    BIFROST_CHECK(call.actor.require(Permission::asset_update, assembly.project_id, "asset"));
    if (if_revision && *if_revision != assembly.revision)
        return Error{Errc::stale_revision,
                     "The components were changed by someone else: they are at revision " +
                         std::to_string(assembly.revision) + ", not " + std::to_string(*if_revision) +
                         ". Read them again and repeat the change."}
            .with("revision", std::to_string(assembly.revision));
    if (assembly.archived_at)
        return Error{Errc::conflict, "The asset is archived: restore it before changing its components."};
    if (!assembly.is_assembly)
        return Error{Errc::conflict,
                     "The asset '" + assembly.code +
                         "' is no assembly: set its is_assembly before giving it components."};
    BIFROST_ASSIGN(const auto before, list_components(call.tx, assembly_id));
    BIFROST_ASSIGN(auto after, read_components(call, assembly.project_id, body, before));
    if (before == after) return Components{std::move(after), assembly.revision};
    BIFROST_CHECK(call.tx.query(sql::lock_component_graph));
    BIFROST_CHECK(replace_rows(call, assembly_id, after));
    BIFROST_CHECK(check_no_cycle(call, assembly_id));
    BIFROST_CHECK(call.tx.defer(sql::set_components_revision, assembly_id, assembly.revision + 1));
    call.changes.add(
        {"asset.components_changed", assembly.project_id, "asset", assembly_id, patch_of(before, after)});
    return Components{std::move(after), assembly.revision + 1};
}

} // namespace bifrost::asset
