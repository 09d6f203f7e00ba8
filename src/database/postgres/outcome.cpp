#include "database/postgres/outcome.hpp"

#include <thread>

#include "core/log.hpp"
#include "database/postgres/commit.sql.hpp"

namespace bifrost::database::postgres {

namespace sql = bifrost::postgres::sql;

namespace {

constexpr std::chrono::milliseconds kPause{50};

Result<ResultPtr> ask(Connection& connection, const Query& query, const Params& params) {
    BIFROST_CHECK(connection.queue(query.postgres, params));
    BIFROST_ASSIGN(auto results, connection.exchange());
    return std::move(results.back());
}

/// A server that never received COMMIT still holds the transaction open. Ending it does no harm, should the
/// number belong to another of our connections by now: that one runs its transaction again.
Result<> end_leftover(Connection& connection, int pid) {
    BIFROST_CHECK(ask(connection, sql::end_idle_transaction, make_params(pid)));
    return {};
}

Result<Outcome> by_transaction_id(Connection& connection, const std::string& id) {
    const auto answer = ask(connection, sql::find_transaction_status, make_params(id));
    if (!answer) {
        // "in the future": this server, once a replica, has never heard of it.
        if (connection.trouble() == Trouble::refused && answer.error().code == Errc::internal)
            return Outcome::undone;
        return answer.error();
    }
    const std::string status = first_cell(answer->get());
    if (status == "committed") return Outcome::committed;
    if (status == "aborted") return Outcome::undone;
    return Outcome::unknown; // in progress
}

Result<Outcome> by_marker(Connection& connection, const Id& marker) {
    const auto insert = [&]() -> Result<std::int64_t> {
        BIFROST_CHECK(connection.queue(sql::begin_write.postgres, {}));
        BIFROST_CHECK(connection.queue(sql::claim_commit_marker.postgres, make_params(marker)));
        BIFROST_CHECK(connection.queue(sql::commit.postgres, {}));
        BIFROST_ASSIGN(const auto results, connection.exchange());
        return rows_changed(results[1].get());
    };
    const auto inserted = insert();
    if (!inserted) {
        if (!connection.lost()) connection.send_and_forget(sql::rollback.postgres);
        return inserted.error();
    }
    return *inserted == 1 ? Outcome::undone : Outcome::committed;
}

} // namespace

Outcome find_outcome(Connection& connection, const WriteTx& lost, Connection::Clock::time_point deadline) {
    const int pid = connection.backend_pid();
    bool connected = false;
    for (;;) {
        if (!connected || connection.lost()) connected = connection.reconnect().has_value();
        if (connected && end_leftover(connection, pid)) {
            const auto outcome = lost.marker() ? by_marker(connection, *lost.marker())
                                               : by_transaction_id(connection, lost.transaction_id());
            if (outcome && *outcome != Outcome::unknown) {
                log::warning("the reply to COMMIT was lost; the server was asked",
                             {{"outcome", *outcome == Outcome::committed ? "committed" : "undone"}});
                return *outcome;
            }
        }
        if (Connection::Clock::now() > deadline) {
            log::error("the reply to COMMIT was lost, and the server did not tell the outcome in time");
            return Outcome::unknown;
        }
        std::this_thread::sleep_for(kPause);
    }
}

} // namespace bifrost::database::postgres
