#pragma once
// Workflows stand still while something takes a state from one: whoever gives an entity a state holds them
// shared, whoever changes a workflow (and moves the entities along with it) holds them alone. See
// docs/decisions/0080.

#include "core/result.hpp"
#include "database/database.hpp"

namespace bifrost::project {

/// Until the transaction ends. Before the states are read; goes along with the statement that follows.
Result<> share_workflows(database::Tx& tx);
Result<> hold_workflows(database::Tx& tx);

} // namespace bifrost::project
