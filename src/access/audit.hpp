#pragma once
// The regular look at who may do what: rights that nobody uses any more, and those that reach too far.

#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/timestamp.hpp"
#include "database/database.hpp"

namespace bifrost::access {

/// One question of the audit with its answer.
struct AuditFinding {
    std::string check;
    bool is_fine = true;
    std::string detail; ///< a sentence; what to do where it is not fine
};

/// All questions. What was last used longer than `idle_days` ago counts as unused.
Result<std::vector<AuditFinding>> audit_access(database::Tx& tx, Timestamp now, std::int64_t idle_days);

} // namespace bifrost::access
