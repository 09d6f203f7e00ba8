#pragma once
// One connection in pipeline mode: statements are queued, sent together, and their answers read in order
// (https://www.postgresql.org/docs/15/libpq-pipeline-mode.html). It never blocks without a deadline.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "database/database.hpp"
#include "database/postgres/conninfo.hpp"
#include "database/postgres/pg_rows.hpp"
#include "database/postgres/sqlstate.hpp"
#include "database/statement_cache.hpp"

struct pg_conn;

namespace bifrost::database::postgres {

/// Used by one thread at a time.
class Connection {
  public:
    using Clock = std::chrono::steady_clock;

    static Result<std::unique_ptr<Connection>> open(const PostgresOptions& options,
                                                    Conninfo::Session session = Conninfo::Session::limited);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Queues a statement whose answer the next `exchange` brings. Prepared on first use. `sql` must live
    /// until then.
    Result<> queue(std::string_view sql, const Params& params);
    /// Sends what is queued and reads its answers, up to the deadline of a statement. One result for each
    /// statement queued since the last exchange, or the first failure (`trouble` then says what to do about
    /// it).
    Result<std::vector<ResultPtr>> exchange();
    /// Prepares a statement and doesn't run it.
    Result<> prepare(std::string_view sql);
    /// Queues a statement and sends it; nobody waits for the answer, the next exchange passes over it.
    void send_and_forget(std::string_view sql);

    /// What the last failed call was about.
    [[nodiscard]] Trouble trouble() const { return trouble_; }
    /// The statement that the last failed exchange failed at.
    [[nodiscard]] std::string_view failed_sql() const { return failed_sql_; }
    [[nodiscard]] bool lost() const { return lost_; }
    /// Looks for a sign of death on an idle connection; costs one system call.
    bool alive();
    /// Was used within the last second. What may be sent again needn't look any further.
    [[nodiscard]] bool fresh() const;
    /// Connects anew, in place of what there was. With several hosts it waits up to the deadline for one that
    /// is the primary.
    Result<> reconnect();
    /// Ends the connection from another thread: whoever waits for an answer gets none.
    void cut();
    [[nodiscard]] int backend_pid() const;

  private:
    struct Close {
        void operator()(pg_conn* connection) const;
    };
    /// What an answer is expected for, in order.
    struct Expected {
        enum class Kind { prepare, statement, forgotten, sync } kind;
        std::string_view sql{}; ///< for the log, and to forget a statement that could not be prepared
    };

    Connection(const PostgresOptions& options, Conninfo::Session session)
        : options_(options), session_(session) {}
    Result<> connect();
    Result<const char*> prepared(std::string_view sql);
    Result<> set_values(const Params& params);
    Result<> queue_as(std::string_view sql, const Params& params, Expected::Kind kind);
    bool wait_for_answer(Clock::time_point deadline);
    ResultPtr next_result(Clock::time_point deadline);
    void take_answer(const Expected& expected, Clock::time_point deadline, std::vector<ResultPtr>& results);
    void note(Failure failure, std::string_view sql);
    Error lose(std::string_view reason);

    const PostgresOptions& options_;
    const Conninfo::Session session_;
    bool several_hosts_ = false;
    int socket_ = -1; ///< of replicas: a second descriptor of the socket, for `cut`
    Clock::time_point used_at_;
    std::unique_ptr<pg_conn, Close> connection_;
    StatementCache<std::string> statements_{256}; ///< their names: s1, s2 …
    std::vector<Expected> expected_;
    std::vector<const char*> values_; ///< of the statement being queued; kept for its memory
    std::string numbers_;
    std::uint64_t last_name_ = 0;
    bool lost_ = false;
    Trouble trouble_ = Trouble::refused;
    std::optional<Error> first_error_;
    std::string_view failed_sql_;
};

} // namespace bifrost::database::postgres
