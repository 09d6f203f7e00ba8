#pragma once
// Private to resolving: a product with the version that each policy means.

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/id.hpp"
#include "core/result.hpp"
#include "core/timestamp.hpp"
#include "database/database.hpp"

namespace bifrost::publish {

struct ProductChoice {
    Id owner_id;
    Id id;
    std::string code;
    std::string kind;
    std::optional<Id> latest;
    std::optional<Id> approved;
    Id project_id;
};
BOOST_DESCRIBE_STRUCT(ProductChoice, (), (owner_id, id, code, kind, latest, approved, project_id))

/// By owner.
using ProductChoices = std::unordered_map<Id, std::vector<ProductChoice>>;

/// The products of these owners, by code. With a time: what latest and approved meant then. What a version's
/// status was is read from the event log.
Result<ProductChoices> list_product_choices(database::Tx& tx, const std::vector<Id>& owners,
                                            std::optional<Timestamp> as_of);

} // namespace bifrost::publish
