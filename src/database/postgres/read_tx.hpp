#pragma once
// Reads: each statement by itself, or all of them in one snapshot.

#include <optional>

#include "database/database.hpp"
#include "database/postgres/connection.hpp"

namespace bifrost::database::postgres {

/// A statement whose answer is lost with the connection is sent again on a new one, as long as nothing that
/// was read before has to agree with it.
class ReadTx final : public Tx {
  public:
    /// `reconnects`: not on a replica, whose place the primary takes.
    ReadTx(Connection& connection, bool snapshot, bool reconnects = true)
        : connection_(connection), snapshot_(snapshot), reconnects_(reconnects) {}
    /// Ends the snapshot; nobody waits for it.
    ~ReadTx() override;

    [[nodiscard]] Dialect dialect() const override { return Dialect::postgres; }
    [[nodiscard]] const std::optional<Error>& failed() const { return failed_; }

  protected:
    Result<Rows> run(std::string_view sql, const Params& params) override;
    Result<std::int64_t> run_count(std::string_view sql, const Params& params) override;
    Result<> run_deferred(std::string_view sql, const Params& params) override;
    Result<std::int64_t> run_many(std::string_view sql, const std::vector<Params>& rows) override;

  private:
    Result<ResultPtr> answer(std::string_view sql, const Params& params);
    Result<std::vector<ResultPtr>> send(std::string_view sql, const Params& params);

    Connection& connection_;
    const bool snapshot_;
    const bool reconnects_;
    bool begun_ = false;
    std::optional<Error> failed_;
};

} // namespace bifrost::database::postgres
