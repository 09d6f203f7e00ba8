#pragma once
// Reading a set of components: form first, then what the rows point to.

#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "access/call.hpp"
#include "services/asset/component.hpp"

namespace bifrost::asset {

/// The rows of a request with the ids and names that they get: those of the rows that stand, new ones else.
/// invalid ("/data/<index>/…") for bad fields, an id that no row here has, an asset that is archived, may not
/// be seen, or is in another project that is no library, a pin that is no version of that product.
Result<std::vector<Component>> read_components(access::Call& call, const Id& project_id,
                                               const boost::json::value& body,
                                               const std::vector<Component>& standing);

} // namespace bifrost::asset
