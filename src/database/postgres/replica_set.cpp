#include "database/postgres/replica_set.hpp"

#include <algorithm>

#include "core/timestamp.hpp"

namespace bifrost::database::postgres {
namespace {

/// A writer that doesn't know its position asks for the primary for so long: by then every replica that is
/// let serve has replayed what was written.
constexpr std::int64_t kUnknownSeconds = 60;
/// No primary writes so much between two looks at it: what lies further ahead was not written by it.
constexpr std::uint64_t kFarAhead = std::uint64_t{4} << 30;

} // namespace

ReplicaSet::ReplicaSet(const PostgresOptions& options)
    : patience_(options.replica_patience), watch_(options) {
    for (std::size_t number = 1; number <= options.replica_urls.size(); ++number)
        replicas_.push_back(std::make_unique<Replica>(options, number, watch_));
}

/// The one that serves the request already, or the next in turn; rather one that has replayed enough.
Replica* ReplicaSet::choose(const RequestScope& scope) {
    if (scope.replica() != nullptr) {
        const auto same =
            std::ranges::find(replicas_, scope.replica(), [](const auto& one) { return one.get(); });
        return same != replicas_.end() && (*same)->serves() ? same->get() : nullptr;
    }
    const std::uint64_t wal = scope.seen() ? scope.seen()->wal : 0;
    const std::size_t first = next_.fetch_add(1, std::memory_order_relaxed);
    Replica* behind = nullptr;
    for (std::size_t i = 0; i < replicas_.size(); ++i) {
        Replica& replica = *replicas_[(first + i) % replicas_.size()];
        if (!replica.serves()) continue;
        if (replica.replayed() >= wal) return &replica;
        if (behind == nullptr) behind = &replica;
    }
    return behind;
}

Replica::Lease ReplicaSet::borrow(RequestScope& scope) {
    const auto& seen = scope.seen();
    const bool unknown =
        seen && seen->wal == 0 && Timestamp::now().micros / 1'000'000 - seen->second < kUnknownSeconds;
    const auto newest = watch_.newest();
    const bool made_up = seen && newest && seen->wal > newest->wal + kFarAhead;
    Replica* replica = unknown || made_up ? nullptr : choose(scope);
    const auto deadline = Replica::Clock::now() + patience_;
    Replica::Lease lease = replica != nullptr ? replica->borrow(deadline) : Replica::Lease{};
    if (!lease || (seen && !replica->has_replayed(lease, seen->wal, deadline))) {
        scope.use_primary(); // and stay there: going back and forth would show the past
        return {};
    }
    scope.stay_with(replica);
    replica->count_read();
    return lease;
}

} // namespace bifrost::database::postgres
