#pragma once
// The rule that dependencies form no cycle. To be asked under the lock of the dependency graph.

#include "core/result.hpp"
#include "database/database.hpp"

namespace bifrost::publish {

/// conflict when the version, whose dependencies are inserted, reaches its own product by a floating edge.
/// The sentence and the member `cycle` name the way: [{id, kind, code, address}], the last leads to the
/// first.
Result<> check_no_cycle(database::Tx& tx, const Id& version_id, const Id& product_id);

} // namespace bifrost::publish
