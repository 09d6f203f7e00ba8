#pragma once
// Products and versions as JSON, with the related entities that a caller asked for (`include=`).

#include <string>
#include <vector>

#include "access/actor.hpp"
#include "api/operation.hpp"
#include "services/publish/product.hpp"
#include "services/publish/version.hpp"

namespace bifrost::api {

/// What `include=` of a version or a product asked for; invalid for what it doesn't know.
struct Included {
    bool representations = false;
    bool product = false;
    bool author = false;
    bool asset = false;
    bool latest_version = false;

    [[nodiscard]] bool any() const { return representations || product || author || asset || latest_version; }
};
Included read_version_include(Parameters& parameters);
Included read_product_include(Parameters& parameters);

/// Each version as a JSON object.
Result<std::vector<json::Raw>> version_objects(database::Tx& tx, const access::Actor& actor,
                                               const std::vector<publish::Version>& versions,
                                               Included included);
/// Each product as a JSON object.
Result<std::vector<json::Raw>> product_objects(database::Tx& tx, const access::Actor& actor,
                                               const std::vector<publish::Product>& products,
                                               Included included);

/// A page with other items in the place of its own.
template <class T>
query::Page<json::Raw> page_of(const query::Page<T>& page, std::vector<json::Raw> items) {
    return {std::move(items), page.next_cursor, page.total};
}

} // namespace bifrost::api
