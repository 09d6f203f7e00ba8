#include "services/publish/resolve.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <boost/json/parse.hpp>

#include "core/text.hpp"
#include "services/publish/resolve.sql.hpp"

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

struct ProductRow {
    Id owner_id;
    Id id;
    std::string code;
    std::string kind;
    std::optional<Id> latest;
    std::optional<Id> approved;
};
BOOST_DESCRIBE_STRUCT(ProductRow, (), (owner_id, id, code, kind, latest, approved))

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
    std::unordered_map<Id, std::vector<ProductRow>> products;  ///< by owner
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
Result<> read_components(database::Tx& tx, const Actor& actor, const Id& top, Material& material) {
    std::unordered_set<Id> seen{top};
    std::vector<Id> level{top};
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
            one.resolved.component_id = component->id;
            one.resolved.transform = component->transform;
            one.resolved.count = component->count;
            one.resolved.overrides = component->overrides;
            one.pins = read_pins(component->pins);
        }
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
};

/// What decides about a product of an occurrence, and the version that this means before it is looked at.
struct Choice {
    std::string pin;
    std::optional<Id> version_id;
};

Choice choose(const ProductRow& product, const Pins& pins, const std::string& policy) {
    const auto pin = pins.find(product.code);
    Choice choice;
    choice.pin = pin == pins.end() ? policy : pin->second;
    if (choice.pin == "latest")
        choice.version_id = product.latest;
    else if (choice.pin == "latest_approved")
        choice.version_id = product.approved;
    else
        choice.version_id = Id::parse(choice.pin);
    return choice;
}

Result<> read_products(database::Tx& tx, Material& material) {
    std::vector<Id> owners;
    for (const auto& [id, asset] : material.assets) owners.push_back(id);
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_products_with_versions, json::to_json(owners)));
    for (const auto row : rows) {
        ProductRow product = row.as<ProductRow>();
        material.products[product.owner_id].push_back(std::move(product));
    }
    return {};
}

Result<> read_versions(database::Tx& tx, const Actor& actor, const std::vector<Occurrence>& occurrences,
                       const std::string& policy, Material& material) {
    std::unordered_set<Id> wanted;
    for (const auto& one : occurrences)
        for (const auto& product : material.products[one.resolved.asset_id])
            if (const auto choice = choose(product, one.pins, policy); choice.version_id)
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

Result<> add_products(Occurrence& one, const std::string& policy, const Material& material,
                      std::size_t& files) {
    const auto products = material.products.find(one.resolved.asset_id);
    if (products == material.products.end()) return {};
    for (const auto& product : products->second) {
        const auto choice = choose(product, one.pins, policy);
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

} // namespace

Result<Resolved> resolve_asset(database::Tx& tx, const Actor& actor, const Id& asset_id,
                               std::string_view policy) {
    BIFROST_ASSIGN(const auto asset, project::get_visible_entity(tx, actor, asset_id, "asset"));
    Resolved resolved{asset_id, std::string(policy), {}};
    if (policy.empty()) {
        BIFROST_ASSIGN(resolved.policy, policy_of(tx, asset.project_id));
    }
    Material material;
    BIFROST_CHECK(read_components(tx, actor, asset_id, material));
    std::vector<Occurrence> occurrences;
    BIFROST_CHECK(Expansion(material, occurrences).add(asset_id, nullptr));
    BIFROST_CHECK(read_products(tx, material));
    BIFROST_CHECK(read_versions(tx, actor, occurrences, resolved.policy, material));
    std::size_t files = 0;
    for (auto& one : occurrences) {
        BIFROST_CHECK(add_products(one, resolved.policy, material, files));
        resolved.data.push_back(std::move(one.resolved));
    }
    return resolved;
}

} // namespace bifrost::publish
