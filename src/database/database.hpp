#pragma once
// Both databases behind one interface. `read` and `write` run a function with a transaction; services know
// nothing else.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "database/query.hpp"
#include "database/rows.hpp"

namespace bifrost::database {

/// True when a foreign key refused: what was referred to isn't there, or what was to go is still referred to.
/// (SQLite can't tell which key, so its `Error::constraint` is "foreign_key" for all of them.)
inline bool is_foreign_key(const Error& error) {
    return error.constraint == "foreign_key" || error.constraint.ends_with("_fkey");
}

/// One transaction, used by one thread; after a failed statement it can only fail, with that failure. Errors
/// that it can return: conflict (a constraint, with its name in `Error::constraint`), unavailable (the
/// database is away or too busy; safe to try again), out_of_space, internal.
class Tx {
  public:
    Tx() = default;
    Tx(const Tx&) = delete;
    Tx& operator=(const Tx&) = delete;
    virtual ~Tx() = default;

    template <class... Args>
    Result<Rows> query(const Query& query, const Args&... args) {
        return run(query.text(dialect()), make_params(args...));
    }
    /// Number of rows that it changed.
    template <class... Args>
    Result<std::int64_t> execute(const Query& query, const Args&... args) {
        return run_count(query.text(dialect()), make_params(args...));
    }
    /// Runs a statement whose outcome nobody needs before COMMIT. PostgreSQL sends it along with what follows
    /// (one round trip for a whole transaction); its failure is the failure of the next query or of the
    /// transaction.
    template <class... Args>
    Result<> defer(const Query& query, const Args&... args) {
        return run_deferred(query.text(dialect()), make_params(args...));
    }
    Result<> defer_row(const Query& query, const Params& row) {
        return run_deferred(query.text(dialect()), row);
    }
    /// A query whose rows nobody needs at once: PostgreSQL sends it along with what follows, and `read` is
    /// called when they have come, before the next statement's own answer is given. Not called when the
    /// transaction fails before.
    template <class... Args>
    Result<> query_ahead(const Query& query, std::function<void(const Rows&)> read, const Args&... args) {
        return run_ahead(query.text(dialect()), make_params(args...), std::move(read));
    }
    /// The same statement for many rows, without a round trip a row. Total of rows changed.
    Result<std::int64_t> execute_many(const Query& query, const std::vector<Params>& rows) {
        return run_many(query.text(dialect()), rows);
    }
    /// SQL that was composed in code (filters, sorting) out of fixed pieces; values are always bound.
    Result<Rows> query_text(std::string_view sql, const Params& params) { return run(sql, params); }
    Result<std::int64_t> execute_text(std::string_view sql, const Params& params) {
        return run_count(sql, params);
    }

    [[nodiscard]] virtual Dialect dialect() const = 0;

  protected:
    virtual Result<Rows> run(std::string_view sql, const Params& params) = 0;
    virtual Result<std::int64_t> run_count(std::string_view sql, const Params& params) = 0;
    virtual Result<> run_deferred(std::string_view sql, const Params& params) = 0;
    virtual Result<> run_ahead(std::string_view sql, const Params& params,
                               std::function<void(const Rows&)> read) {
        BIFROST_ASSIGN(const Rows rows, run(sql, params));
        read(rows);
        return {};
    }
    virtual Result<std::int64_t> run_many(std::string_view sql, const std::vector<Params>& rows) = 0;
};

struct Stats {
    std::size_t connections_open = 0;
    std::size_t connections_busy = 0;
    std::size_t waiting = 0; ///< callers that wait for a connection or for the writer
};

/// Thread-safe. Calls block the calling thread, never longer than the deadline of the options.
class Database {
  public:
    Database() = default;
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    virtual ~Database() = default;

    /// One statement, or several that need not agree with each other. `fn(Tx&)` returns a Result<T>.
    template <class F>
    auto read(F&& fn) -> std::invoke_result_t<F, Tx&> {
        return collect<std::invoke_result_t<F, Tx&>>(
            fn, [this](const Body& body) { return run_read(body, false); });
    }
    /// Several reads of one state of the database (repeatable read).
    template <class F>
    auto snapshot(F&& fn) -> std::invoke_result_t<F, Tx&> {
        return collect<std::invoke_result_t<F, Tx&>>(
            fn, [this](const Body& body) { return run_read(body, true); });
    }
    /// One transaction: committed and durable when this returns a value, without any trace when it returns an
    /// error. (One exception: when PostgreSQL goes away during COMMIT and isn't back within the deadline, the
    /// error is `unavailable` with a sentence that says that the outcome is not known.) `fn` must be
    /// repeatable and do nothing but SQL: it is run again on serialisation failures and deadlocks (40001,
    /// 40P01), when the connection was lost before COMMIT, and when the reply to COMMIT was lost and the
    /// server says that it had not committed. SQLite runs it on the writer's thread.
    template <class F>
    auto write(F&& fn) -> std::invoke_result_t<F, Tx&> {
        return collect<std::invoke_result_t<F, Tx&>>(fn,
                                                     [this](const Body& body) { return run_write(body); });
    }

    [[nodiscard]] virtual Dialect dialect() const = 0;
    [[nodiscard]] virtual Stats stats() const = 0;
    /// Asks the database for a sign of life.
    virtual Result<> ping() = 0;

  protected:
    using Body = std::function<Result<>(Tx&)>;
    virtual Result<> run_read(const Body& body, bool snapshot) = 0;
    virtual Result<> run_write(const Body& body) = 0;

  private:
    template <class R, class F, class Run>
    static R collect(F& fn, Run run) {
        std::optional<R> outcome;
        const Result<> done = run([&](Tx& tx) -> Result<> {
            outcome.emplace(fn(tx));
            if (!*outcome) return outcome->error();
            return {};
        });
        if (!done) return done.error();
        return std::move(*outcome);
    }
};

struct SqliteOptions {
    std::string path;
    std::size_t readers = 4;
    std::size_t most_grouped = 64; ///< transactions that may share one fsync
    std::chrono::milliseconds deadline{10'000};
};

/// Opens (and makes) a SQLite file: WAL, synchronous=FULL, one writer thread with group commit, `readers`
/// connections.
Result<std::unique_ptr<Database>> open_sqlite(const SqliteOptions& options);

struct PostgresOptions {
    /// A libpq connection URI of the primary. With several hosts (postgresql://a,b/name) the one that is the
    /// primary is found, and what is safe to run again waits up to `deadline` for a new one after losing it.
    std::string url;
    std::size_t most_connections = 16; ///< to the primary, and to each replica
    std::chrono::milliseconds connect_deadline{5'000};
    std::chrono::milliseconds deadline{10'000}; ///< of waiting for a connection, and of each statement

    /// One URI for each streaming replica; they serve the reads that a RequestScope lets them.
    std::vector<std::string> replica_urls{};
    /// A replica that is further behind serves nothing. Also the most by which a permission that a list was
    /// filtered with can be out of date.
    std::chrono::milliseconds most_replica_lag{1'000};
    /// How long a read waits for a replica to replay what the caller has seen, before the primary serves it.
    std::chrono::milliseconds replica_patience{50};
    /// Has a thread of its own look at the primary, for bifrost_event_horizon_age_seconds. Always with
    /// replicas.
    bool watch_primary = false;
};

Result<std::unique_ptr<Database>> open_postgres(const PostgresOptions& options);

/// "sqlite:<path>" or "postgresql://…" with default options.
Result<std::unique_ptr<Database>> open_database(const std::string& url);

} // namespace bifrost::database
