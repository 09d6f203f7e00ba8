#pragma once
// One open SQLite file. The only place, with sqlite_error.cpp, that calls the C interface.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "database/query.hpp"
#include "database/rows.hpp"
#include "database/statement_cache.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace bifrost::database::sqlite {

enum class Access { read, write };

struct StatementClose {
    void operator()(sqlite3_stmt* statement) const;
};
struct Statement {
    std::unique_ptr<sqlite3_stmt, StatementClose> compiled;
    std::vector<int> numbers; ///< numbers[i] is the N of the $N that SQLite calls parameter i + 1
    int highest = 0;          ///< the largest N
    bool writes = false;
};

/// Used by one thread at a time. Errors are mapped as Tx promises, and logged when they are nobody's fault
/// but ours.
class Connection {
  public:
    using Clock = std::chrono::steady_clock;

    /// Opens the file, and makes it (readable by its owner only) for `write` when it isn't there.
    static Result<std::unique_ptr<Connection>> open(const std::string& path, Access access,
                                                    std::chrono::milliseconds deadline);
    ~Connection();

    Result<Rows> query(std::string_view sql, const Params& params);
    /// The number of rows that it changed itself (not by triggers and foreign keys).
    Result<std::int64_t> execute(std::string_view sql, const Params& params);
    /// Prepares a statement and doesn't run it.
    Result<> prepare(std::string_view sql);
    /// Any number of statements without parameters, not cached.
    Result<> script(std::string_view text);

    /// Waiting for locks of other processes and long statements end at this time.
    void stop_at(Clock::time_point time) { stop_at_ = time; }
    [[nodiscard]] bool in_transaction() const;

    /// Moves the write-ahead log into the file as far as readers let it; `restart` waits for readers, so that
    /// the log can begin anew. The number of pages that the log holds.
    Result<int> checkpoint(bool restart);
    /// Pages in the log after the last commit of this connection.
    [[nodiscard]] int log_pages() const { return log_pages_; }

  private:
    Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    Result<> prepare_file(const std::string& path, Access access);
    Result<Statement*> prepared(std::string_view sql);
    Result<> bind(const Statement& statement, const Params& params);
    Error failure(std::string_view sql);

    static int on_busy(void* self, int count);
    static int on_progress(void* self);
    static int on_commit(void* self, sqlite3* database, const char* name, int pages);

    struct Close {
        void operator()(sqlite3* database) const;
    };
    std::unique_ptr<sqlite3, Close> database_;
    StatementCache<Statement> statements_{256};
    Clock::time_point stop_at_ = Clock::time_point::max();
    int log_pages_ = 0;
};

} // namespace bifrost::database::sqlite
