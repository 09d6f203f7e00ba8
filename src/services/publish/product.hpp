#pragma once
// Products: one stream of versions of an asset, shot, sequence or episode ("model", "rig", "anim").

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <boost/json/value.hpp>

#include "query/list.hpp"
#include "services/project/entity.hpp"

namespace bifrost::publish {

struct Product : project::EntityFields {
    Id project_id;
    Id owner_id;
    std::string owner_kind; ///< asset, shot, sequence, episode
    std::string code;
    std::string label;
    std::string kind;                          ///< a code; the product's own unless said otherwise
    std::optional<std::int64_t> latest_number; ///< the highest that is published and not archived
    std::optional<Id> latest_version_id;
};
BOOST_DESCRIBE_STRUCT(Product, (project::EntityFields),
                      (project_id, owner_id, owner_kind, code, label, kind, latest_number, latest_version_id))

struct PutProduct {
    Product product;
    bool created = false;
};

/// not_found when it isn't there or in a project that the actor may not see.
Result<Product> get_product(database::Tx& tx, const access::Actor& actor, const Id& id);
/// The products of one owner. Sorted by code, created_at or updated_at. not_found when the owner isn't there
/// or of another kind than `owner_kind` (empty: any that can have products).
Result<query::Page<Product>> list_products(database::Tx& tx, const access::Actor& actor, const Id& owner_id,
                                           std::string_view owner_kind, const query::ListRequest& request);

/// Those of these products that the actor may see, in no order.
Result<std::vector<Product>> list_products_by_id(database::Tx& tx, const access::Actor& actor,
                                                 const std::unordered_set<Id>& ids);
/// The products of these owners that the actor may see and that aren't archived, by code.
Result<std::vector<Product>> list_products_of_owners(database::Tx& tx, const access::Actor& actor,
                                                     const std::vector<Id>& owner_ids);

/// `body`: {code, kind?, metadata?}. conflict when the code is taken or the owner is archived. Adds
/// "product.created".
Result<Product> create_product(access::Call& call, const Id& owner_id, std::string_view owner_kind,
                               const boost::json::value& body);
/// The product with that code, made when there is none: two callers at once get the same one. `body`: {kind?,
/// metadata?} counts only when it is made. conflict when it is archived, or something else has the code.
Result<PutProduct> put_product(access::Call& call, const Id& owner_id, std::string_view owner_kind,
                               std::string_view code, const boost::json::value& body);
/// JSON Merge Patch of code, kind, metadata. Adds "product.updated".
Result<Product> update_product(access::Call& call, const Id& id, const boost::json::value& patch,
                               std::optional<std::int64_t> if_revision);
Result<Product> archive_product(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision);
Result<Product> restore_product(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision);
/// Removes an archived product with its versions. Needs site:purge; conflict while a version elsewhere
/// depends on it.
Result<> purge_product(access::Call& call, const Id& id);

} // namespace bifrost::publish
