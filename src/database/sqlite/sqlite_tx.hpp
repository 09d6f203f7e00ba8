#pragma once
// A transaction on one connection. As in PostgreSQL, after a failed statement it can only fail.

#include <optional>

#include "database/database.hpp"
#include "database/sqlite/connection.hpp"

namespace bifrost::database::sqlite {

class SqliteTx final : public Tx {
  public:
    explicit SqliteTx(Connection& connection) : connection_(connection) {}

    [[nodiscard]] Dialect dialect() const override { return Dialect::sqlite; }
    /// What the first failed statement failed with.
    [[nodiscard]] const std::optional<Error>& failed() const { return failed_; }

  protected:
    Result<Rows> run(std::string_view sql, const Params& params) override {
        return unless_failed([&] { return connection_.query(sql, params); });
    }
    Result<std::int64_t> run_count(std::string_view sql, const Params& params) override {
        return unless_failed([&] { return connection_.execute(sql, params); });
    }
    Result<> run_deferred(std::string_view sql, const Params& params) override {
        BIFROST_CHECK(run_count(sql, params));
        return {};
    }
    Result<std::int64_t> run_many(std::string_view sql, const std::vector<Params>& rows) override {
        std::int64_t total = 0;
        for (const Params& params : rows) {
            BIFROST_ASSIGN(const std::int64_t changed, run_count(sql, params));
            total += changed;
        }
        return total;
    }

  private:
    template <class F>
    std::invoke_result_t<F> unless_failed(F statement) {
        if (failed_) return *failed_;
        auto result = statement();
        if (!result) failed_ = result.error();
        return result;
    }

    Connection& connection_;
    std::optional<Error> failed_;
};

} // namespace bifrost::database::sqlite
