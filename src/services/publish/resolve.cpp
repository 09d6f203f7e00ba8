#include "services/publish/resolve.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <boost/json/parse.hpp>

#include "core/text.hpp"
#include "services/publish/resolve.sql.hpp"
#include "services/publish/resolve_product.hpp"

namespace bifrost::publish {
namespace {

using access::Actor;

constexpr std::size_t kMostOccurrences = 10'000;
constexpr std::size_t kMostFiles = 200'000;
constexpr std::string_view kIdentity = "[1,0,0,0,0,1,0,0,0,0,1,0,0,0,0,1]";

struct Component {
    Id id;
    Id assembly_id;
    Id asset_id;
    std::string name;
    json::Raw transform;
    json::Raw overrides;
    json::Raw pins;
    std::int64_t count = 1;
};
BOOST_DESCRIBE_STRUCT(Component, (), (id, assembly_id, asset_id, name, transform, overrides, pins, count))

struct AssetRow {
    Id id;
    Id project_id;
    std::string code;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(AssetRow, (), (id, project_id, code, name))

/// By the product's code, what a component says.
using Pins = std::unordered_map<std::string, std::string>;

Pins read_pins(const json::Raw& text) {
    Pins pins;
    const auto value = boost::json::parse(text.text);
    const auto* object = value.if_object();
    if (object == nullptr) return pins;
    for (const auto& member : *object)
        if (const auto code = fold_code(member.key()); code && member.value().is_string())
            pins.emplace(*code, std::string(member.value().get_string()));
    return pins;
}

/// Everything that the outcome is put together from, read a kind at a time.
struct Material {
    std::unordered_map<Id, std::vector<Component>> components; ///< by assembly
    std::unordered_map<Id, AssetRow> assets;                   ///< that the actor may see
    ProductChoices products;
    std::unordered_map<Id, Version> versions;
    std::unordered_map<Id, std::vector<ResolvedRepresentation>> representations; ///< by version
};

Error too_many(std::string_view what) {
    return {Errc::invalid, "The asset is assembled of too much to be resolved at once: more than " +
                               std::string(what) + ". Resolve its components one by one."};
}

Result<> read_assets(database::Tx& tx, const Actor& actor, const std::vector<Id>& ids, Material& material) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_assets_by_id, json::to_json(ids)));
    for (const auto row : rows) {
        AssetRow asset = row.as<AssetRow>();
        if (actor.may_see(asset.project_id)) material.assets.emplace(asset.id, std::move(asset));
    }
    return {};
}

/// Components of components, a level a query, each assembly once.
Result<> read_components(database::Tx& tx, const Actor& actor, std::vector<Id> level, Material& material) {
    std::unordered_set<Id> seen(level.begin(), level.end());
    while (!level.empty()) {
        BIFROST_CHECK(read_assets(tx, actor, level, material));
        BIFROST_ASSIGN(const auto rows, tx.query(sql::list_components_of, json::to_json(level)));
        level.clear();
        for (const auto row : rows) {
            Component component = row.as<Component>();
            if (seen.insert(component.asset_id).second) level.push_back(component.asset_id);
            material.components[component.assembly_id].push_back(std::move(component));
        }
        if (seen.size() > kMostOccurrences) return too_many("10,000 components");
    }
    return {};
}

/// The occurrences in order, without their products; each remembers its pins.
struct Occurrence {
    ResolvedAsset resolved;
    Pins pins;
};

class Expansion {
  public:
    Expansion(const Material& material, std::vector<Occurrence>& out) : material_(material), out_(out) {}

    /// Everything below a row of a casting.
    Result<> add_role(const Component& role) {
        casting_id_ = role.id;
        return add(role.asset_id, &role);
    }

    Result<> add(const Id& asset_id, const Component* component) {
        const auto asset = material_.assets.find(asset_id);
        if (asset == material_.assets.end()) return {};
        // An assembly never contains itself; whoever put it there by hand gets an end all the same.
        if (std::find(above_.begin(), above_.end(), asset_id) != above_.end()) return {};
        if (out_.size() >= kMostOccurrences) return too_many("10,000 components");
        Occurrence one;
        one.resolved.asset_id = asset_id;
        one.resolved.project_id = asset->second.project_id;
        one.resolved.code = asset->second.code;
        one.resolved.name = asset->second.name;
        one.resolved.transform.text = kIdentity;
        if (component != nullptr) {
            path_.push_back(component->name);
            if (component->id != casting_id_) one.resolved.component_id = component->id;
            one.resolved.transform = component->transform;
            one.resolved.count = component->count;
            one.resolved.overrides = component->overrides;
            one.pins = read_pins(component->pins);
        }
        one.resolved.casting_id = casting_id_;
        one.resolved.path = path_;
        out_.push_back(std::move(one));
        above_.push_back(asset_id);
        const auto parts = material_.components.find(asset_id);
        if (parts != material_.components.end())
            for (const auto& part : parts->second) BIFROST_CHECK(add(part.asset_id, &part));
        above_.pop_back();
        if (component != nullptr) path_.pop_back();
        return {};
    }

  private:
    const Material& material_;
    std::vector<Occurrence>& out_;
    std::vector<Id> above_;
    std::vector<std::string> path_;
    std::optional<Id> casting_id_;
};

/// What decides about a product of an occurrence, and the version that this means before it is looked at.
struct Choice {
    std::string pin;
    std::optional<Id> version_id;
};

Choice choose(const ProductChoice& product, const Pins& pins, const std::vector<std::string>& path,
              const ResolveRule& rule) {
    const auto pin = pins.find(product.code);
    Choice choice;
    choice.pin = pin == pins.end() ? rule.policy : pin->second;
    const auto exact = pin == pins.end() ? std::nullopt : Id::parse(pin->second);
    if (exact) {
        choice.version_id = exact;
    } else if (rule.policy == "pinned") {
        const auto locked = rule.locked.find(lock_key(path, product.code));
        choice.pin = "pinned";
        if (locked != rule.locked.end()) choice.version_id = locked->second;
    } else if (choice.pin == "latest") {
        choice.version_id = product.latest;
    } else if (choice.pin == "latest_approved") {
        choice.version_id = product.approved;
    }
    return choice;
}

Result<> read_products(database::Tx& tx, const std::optional<Id>& shot_id, const ResolveRule& rule,
                       Material& material) {
    std::vector<Id> owners;
    for (const auto& [id, asset] : material.assets) owners.push_back(id);
    if (shot_id) owners.push_back(*shot_id);
    BIFROST_ASSIGN(material.products, list_product_choices(tx, owners, rule.as_of));
    return {};
}

Result<> read_versions(database::Tx& tx, const Actor& actor, const std::vector<Occurrence>& occurrences,
                       const ResolveRule& rule, Material& material) {
    std::unordered_set<Id> wanted;
    for (const auto& one : occurrences)
        for (const auto& product : material.products[one.resolved.asset_id])
            if (const auto choice = choose(product, one.pins, one.resolved.path, rule); choice.version_id)
                wanted.insert(*choice.version_id);
    BIFROST_ASSIGN(auto versions, list_versions_by_id(tx, actor, wanted));
    std::vector<Id> ids;
    for (auto& version : versions) {
        if (version.state != "published") continue;
        ids.push_back(version.id);
        material.versions.emplace(version.id, std::move(version));
    }
    BIFROST_ASSIGN(const auto lists, list_representations(tx, ids));
    std::unordered_map<Id, ResolvedRepresentation*> by_id;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        auto& representations = material.representations[ids[i]];
        representations.reserve(lists[i].size());
        for (const auto& one : lists[i]) {
            representations.emplace_back();
            static_cast<Representation&>(representations.back()) = one;
            by_id.emplace(one.id, &representations.back());
        }
    }
    BIFROST_ASSIGN(const auto files,
                   tx.query(sql::list_files_of_versions, json::to_json(ids), kMostFiles + 1));
    if (files.size() > kMostFiles) return too_many("200,000 files");
    for (const auto row : files) by_id.at(row.id(1))->files.push_back(row.as<ResolvedFile>(2));
    return {};
}

Result<> add_products(Occurrence& one, const ResolveRule& rule, const Material& material,
                      std::size_t& files) {
    const auto products = material.products.find(one.resolved.asset_id);
    if (products == material.products.end()) return {};
    for (const auto& product : products->second) {
        const auto choice = choose(product, one.pins, one.resolved.path, rule);
        ResolvedProduct resolved{product.id, product.code, product.kind, choice.pin, {}, {}, {}, {}};
        const auto version =
            choice.version_id ? material.versions.find(*choice.version_id) : material.versions.end();
        if (version != material.versions.end() && version->second.product_id == product.id) {
            resolved.version_id = version->second.id;
            resolved.number = version->second.number;
            resolved.status = version->second.status;
            resolved.representations = material.representations.at(version->second.id);
        }
        for (const auto& representation : resolved.representations) files += representation.files.size();
        if (files > kMostFiles) return too_many("200,000 files");
        one.resolved.products.push_back(std::move(resolved));
    }
    return {};
}

Result<std::string> policy_of(database::Tx& tx, const Id& project_id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_project_settings, project_id));
    if (rows.empty()) return std::string("latest");
    const auto settings = boost::json::parse(rows[0].text(0));
    const auto* object = settings.if_object();
    const auto* policy = object == nullptr ? nullptr : object->if_contains("version_policy");
    const bool approved =
        policy != nullptr && policy->is_string() && policy->get_string() == "latest_approved";
    return std::string(approved ? "latest_approved" : "latest");
}

/// Products, versions and files of occurrences.
Result<> fill(database::Tx& tx, const Actor& actor, const std::optional<Id>& shot_id, const ResolveRule& rule,
              std::vector<Occurrence>& occurrences, Material& material) {
    BIFROST_CHECK(read_products(tx, shot_id, rule, material));
    BIFROST_CHECK(read_versions(tx, actor, occurrences, rule, material));
    std::size_t files = 0;
    for (auto& one : occurrences) BIFROST_CHECK(add_products(one, rule, material, files));
    return {};
}

/// The rows of a shot's casting with those that it inherits, as components of the shot; their names differ.
Result<std::vector<Component>> list_roles(database::Tx& tx, const Id& shot_id) {
    BIFROST_ASSIGN(const auto above, tx.query(sql::list_shot_owners, shot_id));
    std::vector<Id> owners{shot_id};
    if (!above.empty()) owners.push_back(above[0].id(1));
    if (!above.empty() && !above[0].is_null(2)) owners.push_back(above[0].id(2));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_roles_of, json::to_json(owners)));
    std::vector<Component> roles;
    std::unordered_map<Id, Id> nearest; // who casts an asset
    std::unordered_set<std::string> names;
    for (const auto& owner : owners) {
        for (const auto row : rows) {
            if (row.id(0) != owner || nearest.emplace(row.id(2), owner).first->second != owner) continue;
            Component role;
            role.id = row.id(1);
            role.assembly_id = shot_id;
            role.asset_id = row.id(2);
            role.name = row.text(3);
            role.transform.text = kIdentity;
            role.overrides.text = row.text(4);
            role.pins.text = row.text(5);
            role.count = row.integer(6);
            for (std::size_t n = 2; !names.insert(role.name).second; ++n)
                role.name = std::string(row.text(3)) + "_" + std::to_string(n);
            roles.push_back(std::move(role));
        }
    }
    return roles;
}

} // namespace

std::string lock_key(const std::vector<std::string>& path, std::string_view product) {
    std::string key;
    for (const auto& name : path) key += name + "/";
    return key + std::string(product);
}

Result<Resolved> resolve_asset(database::Tx& tx, const Actor& actor, const Id& asset_id,
                               std::string_view policy) {
    BIFROST_ASSIGN(const auto asset, project::get_visible_entity(tx, actor, asset_id, "asset"));
    ResolveRule rule{std::string(policy), {}, {}};
    if (policy.empty()) {
        BIFROST_ASSIGN(rule.policy, policy_of(tx, asset.project_id));
    }
    Resolved resolved{asset_id, rule.policy, {}};
    Material material;
    BIFROST_CHECK(read_components(tx, actor, {asset_id}, material));
    std::vector<Occurrence> occurrences;
    BIFROST_CHECK(Expansion(material, occurrences).add(asset_id, nullptr));
    BIFROST_CHECK(fill(tx, actor, std::nullopt, rule, occurrences, material));
    for (auto& one : occurrences) resolved.data.push_back(std::move(one.resolved));
    return resolved;
}

Result<ResolvedShot> resolve_shot(database::Tx& tx, const Actor& actor, const Id& shot_id,
                                  const ResolveRule& asked) {
    BIFROST_ASSIGN(const auto shot, project::get_visible_entity(tx, actor, shot_id, "shot"));
    ResolveRule rule = asked;
    if (rule.policy.empty()) {
        BIFROST_ASSIGN(rule.policy, policy_of(tx, shot.project_id));
    }
    BIFROST_ASSIGN(const auto roles, list_roles(tx, shot_id));
    Material material;
    std::vector<Id> tops;
    for (const auto& role : roles)
        if (std::find(tops.begin(), tops.end(), role.asset_id) == tops.end()) tops.push_back(role.asset_id);
    BIFROST_CHECK(read_components(tx, actor, tops, material));
    // The shot itself is the first occurrence: its products are found along with the others.
    std::vector<Occurrence> occurrences(1);
    occurrences[0].resolved.asset_id = shot_id;
    Expansion expansion(material, occurrences);
    for (const auto& role : roles) BIFROST_CHECK(expansion.add_role(role));
    BIFROST_CHECK(fill(tx, actor, shot_id, rule, occurrences, material));
    ResolvedShot resolved{shot_id, rule.policy, rule.as_of, {}, {}};
    resolved.products = std::move(occurrences[0].resolved.products);
    for (std::size_t i = 1; i < occurrences.size(); ++i)
        resolved.data.push_back(std::move(occurrences[i].resolved));
    return resolved;
}

} // namespace bifrost::publish
