#pragma once
// How a process uses its database: times and outcomes of transactions, for the metrics.

#include <functional>

#include "core/result.hpp"

namespace bifrost::database {

enum class UsageKind { read, write };

/// Runs `body` and counts it in bifrost_database_transactions_total and
/// bifrost_database_transaction_duration_seconds: `refused` are failures that callers expect (conflict, not
/// found, …), `failed` are those of the database.
Result<> timed(UsageKind kind, const std::function<Result<>()>& body);

} // namespace bifrost::database
