#include "database/postgres/read_tx.hpp"

#include "database/postgres/commit.sql.hpp"

namespace bifrost::database::postgres {

using bifrost::postgres::sql::begin_snapshot;
using bifrost::postgres::sql::commit;

namespace {
constexpr int kMostAttempts = 3;
}

ReadTx::~ReadTx() {
    if (begun_ && !connection_.lost()) connection_.send_and_forget(commit.postgres);
}

Result<std::vector<ResultPtr>> ReadTx::send(std::string_view sql, const Params& params) {
    if (snapshot_ && !begun_) BIFROST_CHECK(connection_.queue(begin_snapshot.postgres, {}));
    BIFROST_CHECK(connection_.queue(sql, params));
    return connection_.exchange();
}

Result<ResultPtr> ReadTx::answer(std::string_view sql, const Params& params) {
    if (failed_) return *failed_;
    for (int attempt = 1;; ++attempt) {
        auto results = send(sql, params);
        const bool had_begun = begun_;
        begun_ = snapshot_;
        if (results) return std::move(results->back());
        const Trouble trouble = connection_.trouble();
        if (had_begun || trouble == Trouble::refused || attempt == kMostAttempts ||
            (trouble == Trouble::lost && !reconnects_)) {
            failed_ = results.error();
            return *failed_;
        }
        begun_ = false;
        if (trouble == Trouble::lost) {
            if (const auto connected = connection_.reconnect(); !connected) {
                failed_ = connected.error();
                return *failed_;
            }
        } else if (snapshot_) {
            connection_.send_and_forget(commit.postgres); // of what failed already: a rollback
        }
    }
}

Result<Rows> ReadTx::run(std::string_view sql, const Params& params) {
    BIFROST_ASSIGN(ResultPtr result, answer(sql, params));
    return Rows(std::make_unique<PgRows>(std::move(result)));
}

Result<std::int64_t> ReadTx::run_count(std::string_view sql, const Params& params) {
    BIFROST_ASSIGN(const ResultPtr result, answer(sql, params));
    return rows_changed(result.get());
}

Result<> ReadTx::run_deferred(std::string_view sql, const Params& params) {
    BIFROST_CHECK(answer(sql, params));
    return {};
}

Result<std::int64_t> ReadTx::run_many(std::string_view sql, const std::vector<Params>& rows) {
    std::int64_t total = 0;
    for (const Params& params : rows) {
        BIFROST_ASSIGN(const std::int64_t changed, run_count(sql, params));
        total += changed;
    }
    return total;
}

} // namespace bifrost::database::postgres
