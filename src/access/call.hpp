#pragma once
// What every service call works with, and the two ways to make one.

#include "access/actor.hpp"
#include "database/database.hpp"
#include "events/change_set.hpp"

namespace bifrost::access {

/// The transaction, who asks, and the change set that the call's events join. Service functions that change
/// something take one, so that a batch can run many of them in one transaction.
struct Call {
    database::Tx& tx;
    const Actor& actor;
    events::ChangeSet& changes;
};

/// What a write gives back: its value and the position of its last event.
template <class T>
struct Written {
    T value;
    events::Position position;
};

/// One transaction with its events: `fn(Call&)` returns a Result<T>; the outcome is a Result<Written<T>>.
template <class F>
auto write(database::Database& database, const Actor& actor, F&& fn) {
    using Outcome = std::invoke_result_t<F, Call&>;
    using Value = typename Outcome::value_type;
    return database.write([&](database::Tx& tx) -> Result<Written<Value>> {
        const std::optional<Id> actor_id =
            actor.user_id.is_nil() ? std::nullopt : std::optional(actor.user_id);
        events::ChangeSet changes(actor_id, actor.request_id);
        BIFROST_CHECK(changes.begin(tx));
        Call call{tx, actor, changes};
        Outcome outcome = fn(call);
        if (!outcome) return std::move(outcome).error();
        BIFROST_ASSIGN(const events::Position position, changes.append_to_log(tx));
        return Written<Value>{std::move(*outcome), position};
    });
}

} // namespace bifrost::access
