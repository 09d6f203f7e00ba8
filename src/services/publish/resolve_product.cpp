#include "services/publish/resolve_product.hpp"

#include <map>
#include <set>

#include <boost/json/parse.hpp>

#include "core/json_writer.hpp"
#include "services/publish/resolve.sql.hpp"

namespace bifrost::publish {
namespace {

/// The states of the workflow of versions that mean approval in a project.
Result<std::set<std::string>> done_states(database::Tx& tx, const Id& project_id,
                                          std::map<Id, std::set<std::string>>& known) {
    const auto found = known.find(project_id);
    if (found != known.end()) return found->second;
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_done_states, project_id));
    std::set<std::string> states;
    for (const auto row : rows) states.emplace(row.text(0));
    known.emplace(project_id, states);
    return states;
}

/// The state of each version at that time; versions that had never moved are not in it.
Result<std::unordered_map<Id, std::string>> states_at(database::Tx& tx, const std::vector<Id>& versions,
                                                      Timestamp at) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_moves_before, json::to_json(versions), at));
    std::unordered_map<Id, std::string> states;
    for (const auto row : rows) {
        const auto patch = boost::json::parse(row.text(1));
        const auto* object = patch.if_object();
        const auto* after = object ? object->if_contains("after") : nullptr;
        const auto* status =
            after && after->is_object() ? after->get_object().if_contains("status") : nullptr;
        if (status != nullptr && status->is_string()) states[row.id(0)] = std::string(status->get_string());
    }
    return states;
}

Result<> turn_back(database::Tx& tx, ProductChoices& choices, Timestamp at) {
    std::vector<Id> products;
    for (const auto& [owner, list] : choices)
        for (const auto& one : list) products.push_back(one.id);
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_versions_before, json::to_json(products), at));
    std::unordered_map<Id, std::vector<Id>> versions; // by product, the highest first
    std::vector<Id> all;
    for (const auto row : rows) {
        versions[row.id(0)].push_back(row.id(1));
        all.push_back(row.id(1));
    }
    BIFROST_ASSIGN(const auto states, states_at(tx, all, at));
    std::map<Id, std::set<std::string>> known;
    for (auto& [owner, list] : choices) {
        for (auto& one : list) {
            one.latest.reset();
            one.approved.reset();
            BIFROST_ASSIGN(const auto done, done_states(tx, one.project_id, known));
            for (const auto& version : versions[one.id]) {
                if (!one.latest) one.latest = version;
                const auto state = states.find(version);
                if (state == states.end() || !done.contains(state->second)) continue;
                one.approved = version;
                break;
            }
        }
    }
    return {};
}

} // namespace

Result<ProductChoices> list_product_choices(database::Tx& tx, const std::vector<Id>& owners,
                                            std::optional<Timestamp> as_of) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_products_with_versions, json::to_json(owners)));
    ProductChoices choices;
    for (const auto row : rows) {
        auto product = row.as<ProductChoice>();
        choices[product.owner_id].push_back(std::move(product));
    }
    if (as_of) BIFROST_CHECK(turn_back(tx, choices, *as_of));
    return choices;
}

} // namespace bifrost::publish
