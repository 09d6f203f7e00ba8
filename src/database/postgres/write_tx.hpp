#pragma once
// One attempt at a transaction: BEGIN goes with the first statement, COMMIT with the last ones.
//
// When the reply to COMMIT is lost, the server has to be asked what became of the transaction. So each that
// may have changed something inserts a row of its own into commit_marker, along with COMMIT (about 30 µs of
// the server, no round trip). Inserting the same row afterwards waits for the lost transaction, tells whether
// it was committed, and keeps it from committing later. (pg_xact_status would cost less and lie: a server
// that crashed gives the ids of transactions that it had not written yet to others, and calls those
// committed.)

#include <optional>

#include "core/id.hpp"
#include "database/database.hpp"
#include "database/postgres/connection.hpp"

namespace bifrost::database::postgres {

enum class Ending {
    settled,   ///< committed or undone: the result of `attempt` stands
    again,     ///< undone by a conflict with others: to be run again
    lost,      ///< its connection is lost, and it changed nothing: to be run again on a new one
    unknown,   ///< the connection was lost after COMMIT was sent
    no_marker, ///< undone, because there is no table commit_marker: to be run again without
};

class WriteTx final : public Tx {
  public:
    using Body = std::function<Result<>(Tx&)>;

    /// `wants_position`: ask for the log's position after COMMIT, in the same message.
    WriteTx(Connection& connection, bool has_markers, bool wants_position)
        : connection_(connection), has_markers_(has_markers), wants_position_(wants_position) {}

    /// Runs the body and commits, or undoes everything. Lets through what the body throws.
    Result<> attempt(const Body& body);
    [[nodiscard]] Ending ending() const { return ending_; }
    /// How an unknown outcome is found; nothing when the database has no markers.
    [[nodiscard]] const std::optional<Id>& marker() const { return marker_; }

    [[nodiscard]] bool may_have_changed() const { return may_have_changed_; }
    /// Behind the commit; 0 when it wasn't asked for or didn't come.
    [[nodiscard]] std::uint64_t position() const { return position_; }

    [[nodiscard]] Dialect dialect() const override { return Dialect::postgres; }

  protected:
    Result<Rows> run(std::string_view sql, const Params& params) override;
    Result<std::int64_t> run_count(std::string_view sql, const Params& params) override;
    Result<> run_deferred(std::string_view sql, const Params& params) override;
    Result<> run_ahead(std::string_view sql, const Params& params,
                       std::function<void(const Rows&)> read) override;
    Result<std::int64_t> run_many(std::string_view sql, const std::vector<Params>& rows) override;

  private:
    Result<> queue(std::string_view sql, const Params& params);
    Result<std::vector<ResultPtr>> exchange();
    Result<ResultPtr> answer(std::string_view sql, const Params& params);
    Result<> commit();
    Result<std::vector<ResultPtr>> send_commit(bool asks_position);
    Result<> queue_marker();
    void undo();
    Error fail(Error error);

    Connection& connection_;
    const bool has_markers_;
    const bool wants_position_;
    std::uint64_t position_ = 0;
    bool begun_ = false;
    bool may_have_changed_ = false;
    std::size_t queued_ = 0;
    /// Of the queued statements, those whose rows somebody waits for, by their place among the answers.
    std::vector<std::pair<std::size_t, std::function<void(const Rows&)>>> ahead_;
    std::optional<Id> marker_;
    std::optional<Error> failed_;
    Ending ending_ = Ending::settled;
};

} // namespace bifrost::database::postgres
