#include "database/postgres/schema_session.hpp"

#include <string>
#include <thread>

#include <libpq-fe.h>

#include "core/log.hpp"
#include "database/postgres/conninfo.hpp"
#include "database/postgres/pg_rows.hpp"
#include "database/postgres/sqlstate.hpp"

namespace bifrost::database::postgres {
namespace {

/// "bifrost" in ASCII and a one; nothing else of ours takes advisory locks by one number.
constexpr const char* kTryLock = "select pg_try_advisory_lock(7091880036373263873)";
constexpr std::chrono::milliseconds kPause{50};

struct Close {
    void operator()(pg_conn* connection) const { PQfinish(connection); }
};

class Session final : public SchemaSession {
  public:
    Session(std::unique_ptr<pg_conn, Close> connection, std::chrono::milliseconds patience)
        : connection_(std::move(connection)), patience_(patience) {}

    [[nodiscard]] Dialect dialect() const override { return Dialect::postgres; }
    Result<> begin() override {
        BIFROST_CHECK(lock());
        return script("begin");
    }
    Result<> commit() override { return script("commit"); }
    Result<> rollback() override { return script("rollback"); }
    Result<> script(std::string_view text) override {
        const std::string terminated(text);
        BIFROST_CHECK(checked(PQexec(connection_.get(), terminated.c_str()), text));
        return {};
    }
    Result<Rows> query(std::string_view sql, const Params& params) override {
        const std::string terminated(sql);
        std::vector<std::string> texts;
        std::vector<const char*> values;
        for (const Value& value : params) {
            const auto* integer = std::get_if<std::int64_t>(&value);
            texts.push_back(integer != nullptr ? std::to_string(*integer) : std::get<std::string>(value));
        }
        for (const std::string& text : texts) values.push_back(text.c_str());
        BIFROST_ASSIGN(auto result, checked(PQexecParams(connection_.get(), terminated.c_str(),
                                                         static_cast<int>(values.size()), nullptr,
                                                         values.data(), nullptr, nullptr, 0),
                                            sql));
        return Rows(std::make_unique<PgRows>(std::move(result)));
    }

  private:
    Result<ResultPtr> checked(pg_result* made, std::string_view sql) {
        ResultPtr result(made);
        const ExecStatusType status = PQresultStatus(result.get());
        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return result;
        return failure_of(result.get(), sql.substr(0, 200)).error;
    }

    /// Held until the connection closes, so that a killed program holds nothing.
    Result<> lock() {
        const auto deadline = std::chrono::steady_clock::now() + patience_;
        while (!locked_) {
            BIFROST_ASSIGN(const auto answer, checked(PQexec(connection_.get(), kTryLock), kTryLock));
            locked_ = first_cell(answer.get()) == "t";
            if (locked_) break;
            if (std::chrono::steady_clock::now() > deadline)
                return Error{Errc::unavailable,
                             "Another program is migrating the database; try again when it is done."};
            std::this_thread::sleep_for(kPause);
        }
        return {};
    }

    std::unique_ptr<pg_conn, Close> connection_;
    std::chrono::milliseconds patience_;
    bool locked_ = false;
};

} // namespace

Result<std::unique_ptr<SchemaSession>> open_schema_session(const PostgresOptions& options) {
    BIFROST_ASSIGN(const Conninfo conninfo, Conninfo::of(options, Conninfo::Session::schema));
    std::unique_ptr<pg_conn, Close> connection(PQconnectdbParams(conninfo.keywords(), conninfo.values(), 0));
    if (PQstatus(connection.get()) != CONNECTION_OK) {
        log::warning("PostgreSQL can't be reached", {{"reason", PQerrorMessage(connection.get())}});
        return Error{Errc::unavailable, "The database can't be reached; check its address and that it runs."};
    }
    PQsetNoticeProcessor(
        connection.get(), [](void*, const char*) {}, nullptr);
    return std::unique_ptr<SchemaSession>(std::make_unique<Session>(std::move(connection), options.deadline));
}

} // namespace bifrost::database::postgres
