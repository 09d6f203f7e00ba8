#include "services/publish/impact.hpp"

#include <unordered_map>
#include <unordered_set>

#include "services/project/entity.hpp"
#include "services/publish/address.hpp"
#include "services/publish/impact.sql.hpp"
#include "services/publish/resolve.sql.hpp"
#include "services/publish/version.hpp"
#include "services/publish/version.sql.hpp"
#include "services/publish/version_row.hpp"

namespace bifrost::publish {
namespace {

using access::Actor;

/// A walk against the arrows, a level at a time: whoever is met first is met at the least depth.
class Walk {
  public:
    Walk(database::Tx& tx, const Actor& actor, const ImpactLimits& limits)
        : tx_(tx), actor_(actor), limits_(limits) {}

    /// Where it begins: these are looked at, and not listed.
    void begin(std::vector<Id> versions, std::vector<Id> products, std::vector<Id> assets) {
        versions_ = std::move(versions);
        products_ = std::move(products);
        assets_ = std::move(assets);
        seen_.insert(versions_.begin(), versions_.end());
        known_products_.insert(products_.begin(), products_.end());
        seen_.insert(assets_.begin(), assets_.end());
        known_owners_.insert(assets_.begin(), assets_.end());
    }

    Result<Impact> run() {
        while (depth_ < limits_.depth && !impact_.truncated &&
               !(versions_.empty() && products_.empty() && assets_.empty())) {
            ++depth_;
            BIFROST_CHECK(advance());
        }
        BIFROST_CHECK(describe());
        return std::move(impact_);
    }

  private:
    Result<> advance() {
        std::vector<Id> next_versions;
        std::vector<Id> next_products;
        std::vector<Id> next_assets;
        if (!versions_.empty() || !products_.empty()) {
            BIFROST_ASSIGN(const auto rows, tx_.query(sql::list_dependents, json::to_json(versions_),
                                                      json::to_json(products_)));
            for (const auto row : rows) {
                if (!seen_.insert(row.id(0)).second) continue;
                next_versions.push_back(row.id(0));
                if (known_products_.insert(row.id(1)).second) next_products.push_back(row.id(1));
                if (row.text(6) == "asset" && known_owners_.insert(row.id(5)).second)
                    next_assets.push_back(row.id(5));
                list_version(row);
            }
        }
        if (!assets_.empty()) {
            BIFROST_ASSIGN(const auto rows, tx_.query(sql::list_assemblies_of, json::to_json(assets_)));
            for (const auto row : rows) {
                if (!seen_.insert(row.id(0)).second) continue;
                if (known_owners_.insert(row.id(0)).second) next_assets.push_back(row.id(0));
                if (actor_.may_see(row.id(1)))
                    list({"asset", row.id(0), row.id(1), {}, {}, {}, depth_, "component"});
            }
            BIFROST_ASSIGN(const auto cast, tx_.query(sql::list_castings_of, json::to_json(assets_)));
            for (const auto row : cast) {
                if (!seen_.insert(row.id(0)).second) continue;
                if (actor_.may_see(row.id(1)))
                    list({std::string(row.text(2)),
                          row.id(0),
                          row.id(1),
                          std::string(row.text(3)),
                          {},
                          {},
                          depth_,
                          "casting"});
            }
        }
        versions_ = std::move(next_versions);
        products_ = std::move(next_products);
        assets_ = std::move(next_assets);
        return {};
    }

    void list_version(const database::Row& row) {
        Version version;
        version.project_id = row.id(2);
        version.state = row.text(3);
        version.author_id = row.id(4);
        if (sees_version(actor_, version))
            list({"version", row.id(0), row.id(2), {}, {}, {}, depth_, "dependency"});
    }

    void list(Impacted one) {
        if (impact_.data.size() >= limits_.most)
            impact_.truncated = true;
        else
            impact_.data.push_back(std::move(one));
    }

    /// Addresses of all, codes and names of assets.
    Result<> describe() {
        std::vector<Id> all;
        std::vector<Id> assets;
        for (const auto& one : impact_.data) {
            all.push_back(one.id);
            if (one.kind == "asset") assets.push_back(one.id);
        }
        BIFROST_ASSIGN(const auto addresses, addresses_of(tx_, all));
        std::unordered_map<Id, std::pair<std::string, std::string>> names;
        if (!assets.empty()) {
            BIFROST_ASSIGN(const auto rows, tx_.query(sql::list_assets_by_id, json::to_json(assets)));
            for (const auto row : rows)
                names.emplace(row.id(0), std::pair(std::string(row.text(2)), std::string(row.text(3))));
        }
        for (auto& one : impact_.data) {
            if (const auto address = addresses.find(one.id); address != addresses.end())
                one.address = address->second;
            if (const auto name = names.find(one.id); name != names.end()) {
                one.code = name->second.first;
                one.name = name->second.second;
            }
        }
        return {};
    }

    database::Tx& tx_;
    const Actor& actor_;
    const ImpactLimits& limits_;
    Impact impact_;
    std::int64_t depth_ = 0;
    std::unordered_set<Id> seen_;
    std::unordered_set<Id> known_products_;
    std::unordered_set<Id> known_owners_; ///< assets whose assemblies were asked for
    std::vector<Id> versions_;
    std::vector<Id> products_;
    std::vector<Id> assets_;
};

Result<std::vector<Id>> ids_of(Result<database::Rows> rows) {
    if (!rows) return rows.error();
    std::vector<Id> ids;
    for (const auto row : *rows) ids.push_back(row.id(0));
    return ids;
}

/// The owner, when assemblies can contain it.
Result<std::vector<Id>> assembled_owner(database::Tx& tx, const std::optional<Id>& owner_id) {
    std::vector<Id> owners;
    if (!owner_id) return owners;
    BIFROST_ASSIGN(const auto owner, project::find_entity(tx, *owner_id));
    if (owner && owner->kind == "asset") owners.push_back(owner->id);
    return owners;
}

} // namespace

Result<Impact> version_impact(database::Tx& tx, const Actor& actor, const Id& id,
                              const ImpactLimits& limits) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_version, id));
    if (rows.empty() || !sees_version(actor, read_version(rows[0])))
        return Error{Errc::not_found, "There is no such version."};
    const Version version = read_version(rows[0]);
    BIFROST_ASSIGN(const auto product, project::find_entity(tx, version.product_id));
    BIFROST_ASSIGN(auto owners, assembled_owner(tx, product ? product->parent_id : std::nullopt));
    Walk walk(tx, actor, limits);
    walk.begin({id}, {version.product_id}, std::move(owners));
    return walk.run();
}

Result<Impact> product_impact(database::Tx& tx, const Actor& actor, const Id& id,
                              const ImpactLimits& limits) {
    BIFROST_ASSIGN(const auto product, project::get_visible_entity(tx, actor, id, "product"));
    BIFROST_ASSIGN(auto versions,
                   ids_of(tx.query(sql::list_product_versions, json::to_json(std::vector<Id>{id}))));
    BIFROST_ASSIGN(auto owners, assembled_owner(tx, product.parent_id));
    Walk walk(tx, actor, limits);
    walk.begin(std::move(versions), {id}, std::move(owners));
    return walk.run();
}

Result<Impact> asset_impact(database::Tx& tx, const Actor& actor, const Id& id, const ImpactLimits& limits) {
    BIFROST_CHECK(project::get_visible_entity(tx, actor, id, "asset"));
    BIFROST_ASSIGN(auto products, ids_of(tx.query(sql::list_product_ids, id)));
    BIFROST_ASSIGN(auto versions, ids_of(tx.query(sql::list_product_versions, json::to_json(products))));
    Walk walk(tx, actor, limits);
    walk.begin(std::move(versions), std::move(products), {id});
    return walk.run();
}

} // namespace bifrost::publish
