#include "database/database.hpp"

#include <algorithm>

#include "database/connection_pool.hpp"
#include "database/nesting.hpp"
#include "database/schema_access.hpp"
#include "database/sqlite/connection.hpp"
#include "database/sqlite/sqlite_tx.hpp"
#include "database/sqlite/writer.hpp"
#include "database/usage.hpp"

namespace bifrost::database {
namespace sqlite {
namespace {

using Clock = Connection::Clock;

class Schema final : public SchemaSession {
  public:
    explicit Schema(Connection& connection, std::chrono::milliseconds patience)
        : connection_(connection), patience_(patience) {}

    [[nodiscard]] Dialect dialect() const override { return Dialect::sqlite; }
    Result<> begin() override {
        connection_.stop_at(Clock::now() + patience_);
        BIFROST_CHECK(connection_.execute("begin exclusive", {}));
        connection_.stop_at(Clock::time_point::max()); // a migration takes as long as it takes
        return {};
    }
    Result<> commit() override {
        // Foreign keys are off while tables are rebuilt; what came out must satisfy them all the same.
        BIFROST_ASSIGN(const Rows broken, connection_.query("pragma foreign_key_check", {}));
        if (!broken.empty()) return Error{Errc::internal, "A migration left rows that refer to nothing."};
        BIFROST_CHECK(connection_.execute("commit", {}));
        return {};
    }
    Result<> rollback() override {
        if (connection_.in_transaction()) BIFROST_CHECK(connection_.execute("rollback", {}));
        return {};
    }
    Result<> script(std::string_view text) override { return connection_.script(text); }
    Result<Rows> query(std::string_view sql, const Params& params) override {
        return connection_.query(sql, params);
    }

  private:
    Connection& connection_;
    std::chrono::milliseconds patience_;
};

class SqliteDatabase final : public Database, public SchemaAccess {
  public:
    SqliteDatabase(const SqliteOptions& options, std::unique_ptr<Connection> writing)
        : options_(options),
          readers_(std::max<std::size_t>(options.readers, 1),
                   [this] { return Connection::open(options_.path, Access::read, options_.deadline); }),
          writer_(std::move(writing), *this, options) {}

    [[nodiscard]] Dialect dialect() const override { return Dialect::sqlite; }
    [[nodiscard]] Stats stats() const override {
        Stats stats = readers_.stats();
        stats.connections_open += 1;
        stats.waiting += writer_.waiting();
        return stats;
    }
    Result<> ping() override {
        return read([](Tx& tx) -> Result<> {
            BIFROST_CHECK(tx.query_text("select 1 from sqlite_schema limit 1", {}));
            return {};
        });
    }

    Result<> in_schema_session(const std::function<Result<>(SchemaSession&)>& fn) override {
        const InTransaction inside(*this);
        BIFROST_ASSIGN(const auto connection,
                       Connection::open(options_.path, Access::write, options_.deadline));
        BIFROST_CHECK(connection->script("pragma foreign_keys = off;"));
        Schema session(*connection, options_.deadline);
        return fn(session);
    }

    Result<> prepare(std::string_view sql) override {
        const InTransaction inside(*this);
        BIFROST_ASSIGN(auto connection, readers_.acquire(Clock::now() + options_.deadline));
        return connection->prepare(sql);
    }

  protected:
    Result<> run_read(const Body& body, bool snapshot) override {
        return timed(UsageKind::read, [&] { return read_file(body, snapshot); });
    }
    Result<> run_write(const Body& body) override {
        const InTransaction inside(*this);
        return timed(UsageKind::write, [&] { return writer_.run(body); });
    }

  private:
    Result<> read_file(const Body& body, bool snapshot) {
        const InTransaction inside(*this);
        const auto deadline = Clock::now() + options_.deadline;
        BIFROST_ASSIGN(auto connection, readers_.acquire(deadline));
        connection->stop_at(deadline);
        if (!snapshot) return run_body(*connection, body);
        BIFROST_CHECK(connection->execute("begin", {}));
        const EndRead end{*connection};
        return run_body(*connection, body);
    }

    struct EndRead {
        Connection& connection;
        ~EndRead() {
            if (connection.in_transaction()) (void)connection.execute("commit", {});
        }
    };

    static Result<> run_body(Connection& connection, const Body& body) {
        SqliteTx tx(connection);
        BIFROST_CHECK(body(tx));
        if (tx.failed()) return *tx.failed();
        return {};
    }

    const SqliteOptions options_;
    ConnectionPool<Connection> readers_;
    Writer writer_;
};

} // namespace
} // namespace sqlite

Result<std::unique_ptr<Database>> open_sqlite(const SqliteOptions& options) {
    if (options.path.empty() || options.path.starts_with(":memory:") || options.path.starts_with("file:"))
        return Error{Errc::invalid,
                     "The database needs the path of a file, such as sqlite:/srv/bifrost/bifrost.db."};
    BIFROST_ASSIGN(auto writing,
                   sqlite::Connection::open(options.path, sqlite::Access::write, options.deadline));
    return std::unique_ptr<Database>(std::make_unique<sqlite::SqliteDatabase>(options, std::move(writing)));
}

} // namespace bifrost::database
