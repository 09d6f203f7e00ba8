#pragma once
// What assemblies are made of. An assembly may contain assemblies, never itself, directly or through others.

#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "services/asset/asset.hpp"

namespace bifrost::asset {

struct Component {
    Id id;
    Id asset_id;
    std::string name;    ///< unique within the assembly
    json::Raw transform; ///< 16 numbers, 4×4 row-major
    json::Raw overrides;
    json::Raw pins; ///< {product code: version id | "latest" | "latest_approved"}
    std::int64_t count = 1;

    bool operator==(const Component&) const = default;
};
BOOST_DESCRIBE_STRUCT(Component, (), (id, asset_id, name, transform, overrides, pins, count))

struct Components {
    std::vector<Component> data; ///< in the order that was put
    std::int64_t revision = 1;   ///< of the components alone
};
BOOST_DESCRIBE_STRUCT(Components, (), (data, revision))

/// Nothing in it for an asset that is no assembly. not_found as get_asset.
Result<Components> get_components(database::Tx& tx, const access::Actor& actor, const Id& assembly_id);

/// Replaces the whole set. `body`: {data: [{id?, asset_id, name?, transform?, overrides?, pins?, count?}]};
/// rows with an id that stands stay the same rows. Needs asset:update. conflict: no assembly, or a cycle
/// (member `cycle` names the way: [{id, kind, code, address}], the last leads to the first). stale_revision
/// unless `if_revision` is the components' own. The same set again changes nothing. Adds
/// "asset.components_changed".
Result<Components> put_components(access::Call& call, const Id& assembly_id, const boost::json::value& body,
                                  std::optional<std::int64_t> if_revision);

} // namespace bifrost::asset
