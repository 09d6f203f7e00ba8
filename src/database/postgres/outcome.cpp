#include "database/postgres/outcome.hpp"

#include <thread>

#include "core/log.hpp"
#include "database/postgres/commit.sql.hpp"

namespace bifrost::database::postgres {

namespace sql = bifrost::postgres::sql;

namespace {

constexpr std::chrono::milliseconds kPause{50};

/// A server that never received COMMIT still holds the transaction open. Ending it does no harm, should the
/// number belong to another of our connections by now: that one runs its transaction again.
Result<> end_leftover(Connection& connection, int pid) {
    BIFROST_CHECK(connection.queue(sql::end_idle_transaction.postgres, make_params(pid)));
    BIFROST_CHECK(connection.exchange());
    return {};
}

/// Puts in our row where the lost transaction's would be; waits while that one still runs.
Result<Outcome> claim(Connection& connection, const Id& marker) {
    BIFROST_CHECK(connection.queue(sql::begin_write.postgres, {}));
    BIFROST_CHECK(connection.queue(sql::claim_commit_marker.postgres, make_params(marker)));
    BIFROST_CHECK(connection.queue(sql::get_commit_marker.postgres, make_params(marker)));
    BIFROST_CHECK(connection.queue(sql::commit.postgres, {}));
    const auto results = connection.exchange();
    if (!results) {
        if (!connection.lost()) connection.send_and_forget(sql::rollback.postgres);
        return results.error();
    }
    return first_cell((*results)[2].get()) == "f" ? Outcome::committed : Outcome::undone;
}

} // namespace

Outcome find_outcome(Connection& connection, const Id& marker, Connection::Clock::time_point deadline) {
    const int pid = connection.backend_pid();
    bool connected = false;
    for (;;) {
        if (!connected || connection.lost()) connected = connection.reconnect().has_value();
        if (connected && end_leftover(connection, pid)) {
            if (const auto outcome = claim(connection, marker)) {
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
