#include "services/publish/cycle.hpp"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "services/publish/address.hpp"
#include "services/publish/dependency.sql.hpp"

namespace bifrost::publish {
namespace {

struct Step {
    Id id;
    std::string kind; ///< version, product
    std::optional<std::string> code;
    std::optional<std::string> address;
};
BOOST_DESCRIBE_STRUCT(Step, (), (id, kind, code, address))

/// A walk over the graph, nearest first, that remembers where it came from.
struct Walk {
    std::unordered_map<Id, Id> came_from; ///< version or product → the one before
    std::unordered_map<Id, std::string> kinds;
    std::vector<Id> versions; ///< to be looked at next

    bool reach(const Id& id, const Id& from, std::string_view kind) {
        if (!came_from.emplace(id, from).second) return false;
        kinds.emplace(id, kind);
        return true;
    }
};

/// Follows every edge of walk.versions by one. True when a floating one points to `goal`.
Result<bool> advance(database::Tx& tx, Walk& walk, const Id& goal) {
    BIFROST_ASSIGN(const auto edges, tx.query(sql::list_edges, json::to_json(walk.versions)));
    std::vector<Id> products;
    std::vector<Id> next;
    for (const auto edge : edges) {
        const Id from = edge.id(0);
        if (!edge.is_null(1)) {
            if (walk.reach(edge.id(1), from, "version")) next.push_back(edge.id(1));
            continue;
        }
        const Id product = edge.id(2);
        if (walk.reach(product, from, "product")) products.push_back(product);
        if (product == goal) return true;
    }
    if (!products.empty()) {
        BIFROST_ASSIGN(const auto versions,
                       tx.query(sql::list_versions_of_products, json::to_json(products)));
        for (const auto row : versions)
            if (walk.reach(row.id(0), row.id(1), "version")) next.push_back(row.id(0));
    }
    walk.versions = std::move(next);
    return false;
}

Result<std::vector<Step>> find_way(database::Tx& tx, const Id& version_id, const Id& product_id) {
    Walk walk;
    walk.reach(version_id, version_id, "version");
    walk.versions = {version_id};
    bool closed = false;
    while (!closed && !walk.versions.empty()) {
        BIFROST_ASSIGN(closed, advance(tx, walk, product_id));
    }
    std::vector<Id> way;
    for (Id at = product_id; closed; at = walk.came_from.at(at)) {
        way.push_back(at);
        if (at == version_id) break;
    }
    std::reverse(way.begin(), way.end());
    BIFROST_ASSIGN(const auto addresses, addresses_of(tx, way));
    std::vector<Step> steps;
    for (const auto& id : way) {
        Step step{id, walk.kinds.at(id), std::nullopt, std::nullopt};
        if (const auto address = addresses.find(id); address != addresses.end())
            step.address = address->second;
        if (step.kind == "product" && step.address)
            step.code = step.address->substr(step.address->find_last_of(":/") + 1);
        steps.push_back(std::move(step));
    }
    return steps;
}

} // namespace

Result<> check_no_cycle(database::Tx& tx, const Id& version_id, const Id& product_id) {
    BIFROST_ASSIGN(const auto reached, tx.query(sql::reaches_own_product, version_id, product_id));
    if (reached.empty()) return {};
    BIFROST_ASSIGN(const auto steps, find_way(tx, version_id, product_id));
    std::string way;
    for (const auto& step : steps) way += step.address.value_or("?") + " → ";
    if (!steps.empty()) way += steps.front().address.value_or("?");
    return Error{Errc::conflict, "The dependencies would close a cycle: " + way +
                                     ". Pin one of them to a version, or leave it out."}
        .with("cycle", json::to_json(steps));
}

} // namespace bifrost::publish
