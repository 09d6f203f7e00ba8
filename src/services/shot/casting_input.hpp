#pragma once
// Reading castings: form first, then what the rows point to.

#include <vector>

#include "access/call.hpp"
#include "services/shot/casting.hpp"

namespace bifrost::shot {

/// {data: […]} as the whole casting. invalid ("/data/<index>/…") for bad fields, an id that no row here has,
/// an asset that is archived (unless it stood there), may not be seen, or is in another project that is no
/// library, a pin that is no version of that product.
Result<std::vector<Role>> read_casting(access::Call& call, const Id& project_id,
                                       const boost::json::value& body, const std::vector<Role>& standing);
/// {add, change, remove} carried out on what stands.
Result<std::vector<Role>> read_casting_patch(access::Call& call, const Id& project_id,
                                             const boost::json::value& body,
                                             const std::vector<Role>& standing);

} // namespace bifrost::shot
