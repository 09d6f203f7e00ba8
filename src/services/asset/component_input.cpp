#include "services/asset/component_input.hpp"

#include <cmath>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include <boost/json/parse.hpp>

#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "services/asset/component.sql.hpp"
#include "services/publish/pin.hpp"

namespace bifrost::asset {
namespace {

constexpr std::size_t kMostComponents = 10'000;
constexpr std::string_view kIdentity = "[1,0,0,0,0,1,0,0,0,0,1,0,0,0,0,1]";

std::string pointer(std::size_t index, std::string_view field) {
    return "/data/" + std::to_string(index) + "/" + std::string(field);
}

json::Raw read_transform(json::Reader& reader) {
    const auto* numbers = reader.array("transform", 16);
    if (numbers == nullptr) return {std::string(kIdentity)};
    bool sound = numbers->size() == 16;
    for (const auto& number : *numbers)
        sound = sound && number.is_number() && std::isfinite(number.to_number<double>());
    if (!sound) reader.add_error("transform", "must be 16 numbers: a 4 × 4 matrix, row by row");
    return {sound ? json::canonical(*numbers) : std::string(kIdentity)};
}

/// A row as it came; its name is empty when none was given.
Component read_row(json::Reader& reader, std::unordered_set<Id>& ids,
                   const std::unordered_map<Id, const Component*>& standing) {
    Component component;
    const auto id = reader.optional_id("id");
    component.asset_id = reader.id("asset_id");
    component.name = reader.optional_text("name", {1, 200}).value_or("");
    component.transform = read_transform(reader);
    component.overrides = reader.optional_object("overrides").value_or(json::Raw{});
    component.pins = publish::read_pins(reader);
    component.count = reader.optional_integer("count", 1, 1'000'000).value_or(1);
    if (!id) {
        component.id = Id::make();
        return component;
    }
    component.id = *id;
    const auto found = standing.find(*id);
    if (found == standing.end())
        reader.add_error("id", "is no component of this assembly; leave it out for a new one");
    else if (!ids.insert(*id).second)
        reader.add_error("id", "stands there twice");
    else if (component.name.empty())
        component.name = found->second->name;
    return component;
}

struct Target {
    Id id;
    Id project_id;
    std::string project_kind;
    std::string code;
    std::optional<Timestamp> archived_at;
};
BOOST_DESCRIBE_STRUCT(Target, (), (id, project_id, project_kind, code, archived_at))

using Targets = std::unordered_map<Id, Target>;

Result<Targets> read_targets(access::Call& call, const std::vector<Component>& components) {
    std::set<Id> ids;
    for (const auto& component : components) ids.insert(component.asset_id);
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::list_component_assets,
                                                  json::to_json(std::vector<Id>(ids.begin(), ids.end()))));
    Targets targets;
    for (const auto row : rows) {
        Target target = row.as<Target>();
        if (call.actor.may_see(target.project_id)) targets.emplace(target.id, std::move(target));
    }
    return targets;
}

void check_targets(const Targets& targets, const Id& project_id, const std::vector<Component>& components,
                   const std::unordered_map<Id, const Component*>& standing,
                   std::vector<FieldError>& errors) {
    for (std::size_t i = 0; i < components.size(); ++i) {
        const auto found = targets.find(components[i].asset_id);
        const std::string at = pointer(i, "asset_id");
        if (found == targets.end())
            errors.push_back({at, "is no asset that is there"});
        else if (found->second.project_id != project_id && found->second.project_kind != "library")
            errors.push_back({at, "is of another project, which is no library"});
        else if (found->second.archived_at && !standing.contains(components[i].id))
            errors.push_back({at, "is archived; restore it first"});
    }
}

Result<> check_pins(access::Call& call, const std::vector<Component>& components,
                    std::vector<FieldError>& errors) {
    std::vector<publish::PinnedRow> rows;
    for (std::size_t i = 0; i < components.size(); ++i)
        rows.push_back({components[i].asset_id, components[i].pins, "/data/" + std::to_string(i)});
    return publish::check_pins(call.tx, rows, errors);
}

/// Names given twice are errors; rows without one get the asset's code, numbered when it is taken.
void give_names(const Targets& targets, std::vector<Component>& components, std::vector<FieldError>& errors) {
    std::unordered_set<std::string> names;
    for (std::size_t i = 0; i < components.size(); ++i)
        if (!components[i].name.empty() && !names.insert(components[i].name).second)
            errors.push_back({pointer(i, "name"), "stands there twice"});
    std::unordered_map<std::string, std::size_t> next;
    for (auto& component : components) {
        const auto found = targets.find(component.asset_id);
        if (!component.name.empty() || found == targets.end()) continue;
        const std::string& code = found->second.code;
        component.name = code;
        for (std::size_t& n = next[code]; !names.insert(component.name).second;)
            component.name = code + "_" + std::to_string(++n + 1);
    }
}

Error invalid_with(std::vector<FieldError> errors) {
    Error error{Errc::invalid, "The components can't be accepted as they are."};
    error.fields = std::move(errors);
    return error;
}

} // namespace

Result<std::vector<Component>> read_components(access::Call& call, const Id& project_id,
                                               const boost::json::value& body,
                                               const std::vector<Component>& standing) {
    std::unordered_map<Id, const Component*> by_id;
    for (const auto& component : standing) by_id.emplace(component.id, &component);
    json::Reader reader(body);
    const auto* items = reader.array("data", kMostComponents, true);
    std::vector<Component> components;
    std::unordered_set<Id> ids;
    for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
        json::Reader row((*items)[i], "/data/" + std::to_string(i));
        components.push_back(read_row(row, ids, by_id));
        reader.merge(row);
    }
    BIFROST_CHECK(reader.finish());
    if (components.empty()) return components;
    std::vector<FieldError> errors;
    BIFROST_ASSIGN(const auto targets, read_targets(call, components));
    check_targets(targets, project_id, components, by_id, errors);
    BIFROST_CHECK(check_pins(call, components, errors));
    give_names(targets, components, errors);
    if (!errors.empty()) return invalid_with(std::move(errors));
    return components;
}

} // namespace bifrost::asset
