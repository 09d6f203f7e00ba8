#pragma once
// The replicas of one primary: which of them serves a read.

#include <atomic>
#include <memory>
#include <vector>

#include "database/postgres/replica.hpp"
#include "database/request_scope.hpp"

namespace bifrost::database::postgres {

class ReplicaSet {
  public:
    explicit ReplicaSet(const PostgresOptions& options);

    /// A connection to one that may serve this request; none when the primary has to.
    Replica::Lease borrow(RequestScope& scope);

  private:
    Replica* choose(const RequestScope& scope);

    const std::chrono::milliseconds patience_;
    PrimaryWatch watch_;
    std::vector<std::unique_ptr<Replica>> replicas_;
    std::atomic<std::size_t> next_{0};
};

} // namespace bifrost::database::postgres
