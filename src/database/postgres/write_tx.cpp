#include "database/postgres/write_tx.hpp"

#include <algorithm>
#include <utility>

#include "core/log.hpp"
#include "core/timestamp.hpp"
#include "database/postgres/commit.sql.hpp"
#include "database/postgres/replica.sql.hpp"

namespace bifrost::database::postgres {

namespace sql = bifrost::postgres::sql;

namespace {

/// What is queued is sent and its answers read after this many statements, so that neither side keeps much in
/// memory.
constexpr std::size_t kMostQueued = 1'000;
constexpr std::int64_t kMarkerLifeSeconds = 600;

/// The smallest UUIDv7 of a time (RFC 9562, 5.7: its first 48 bits are milliseconds).
std::string first_id_of(Timestamp time) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text = "00000000-0000-7000-8000-000000000000";
    auto millis = static_cast<std::uint64_t>(time.micros / 1'000);
    for (const std::size_t position : {12U, 11U, 10U, 9U, 7U, 6U, 5U, 4U, 3U, 2U, 1U, 0U}) {
        text[position] = kDigits[millis & 0xf];
        millis >>= 4;
    }
    return text;
}

/// A `select` changes nothing, and the others say when they didn't; only what begins with `with` hides it.
bool may_change(std::string_view sql, const pg_result* result) {
    if (sql.starts_with("select")) return false;
    const bool counts = sql.starts_with("insert") || sql.starts_with("update") || sql.starts_with("delete");
    return !counts || rows_changed(result) != 0;
}

} // namespace

Result<> WriteTx::attempt(const Body& body) {
    Result<> outcome;
    try {
        outcome = body(*this);
    } catch (...) {
        undo();
        ending_ = Ending::settled;
        throw;
    }
    if (outcome && !failed_) return commit();
    undo();
    if (!outcome) return outcome;
    return *failed_;
}

void WriteTx::undo() {
    if (begun_ && !connection_.lost()) connection_.send_and_forget(sql::rollback.postgres);
}

Error WriteTx::fail(Error error) {
    if (failed_) return *failed_;
    if (connection_.lost()) {
        ending_ = Ending::lost;
    } else if (connection_.trouble() == Trouble::conflict) {
        ending_ = Ending::again;
    }
    failed_ = std::move(error);
    return *failed_;
}

Result<> WriteTx::queue(std::string_view sql, const Params& params) {
    if (failed_) return *failed_;
    if (!begun_) {
        begun_ = true;
        if (const auto sent = connection_.queue(sql::begin_write.postgres, {}); !sent)
            return fail(sent.error());
        ++queued_;
    }
    if (const auto sent = connection_.queue(sql, params); !sent) return fail(sent.error());
    ++queued_;
    return {};
}

Result<std::vector<ResultPtr>> WriteTx::exchange() {
    queued_ = 0;
    const auto ahead = std::exchange(ahead_, {});
    auto results = connection_.exchange();
    if (!results) return fail(results.error());
    for (const auto& [place, read] : ahead)
        read(Rows(std::make_unique<PgRows>(std::move((*results)[place]))));
    return results;
}

Result<ResultPtr> WriteTx::answer(std::string_view sql, const Params& params) {
    BIFROST_CHECK(queue(sql, params));
    BIFROST_ASSIGN(auto results, exchange());
    if (may_change(sql, results.back().get())) may_have_changed_ = true;
    return std::move(results.back());
}

Result<Rows> WriteTx::run(std::string_view sql, const Params& params) {
    BIFROST_ASSIGN(ResultPtr result, answer(sql, params));
    return Rows(std::make_unique<PgRows>(std::move(result)));
}

Result<std::int64_t> WriteTx::run_count(std::string_view sql, const Params& params) {
    BIFROST_ASSIGN(const ResultPtr result, answer(sql, params));
    return rows_changed(result.get());
}

Result<> WriteTx::run_deferred(std::string_view sql, const Params& params) {
    may_have_changed_ = true; // its answer isn't looked at
    BIFROST_CHECK(queue(sql, params));
    if (queued_ < kMostQueued) return {};
    BIFROST_CHECK(exchange());
    return {};
}

Result<> WriteTx::run_ahead(std::string_view sql, const Params& params,
                            std::function<void(const Rows&)> read) {
    if (!sql.starts_with("select")) may_have_changed_ = true;
    BIFROST_CHECK(queue(sql, params));
    ahead_.emplace_back(queued_ - 1, std::move(read));
    return {};
}

Result<std::int64_t> WriteTx::run_many(std::string_view sql, const std::vector<Params>& rows) {
    if (rows.empty()) return 0;
    may_have_changed_ = true;
    std::int64_t total = 0;
    std::size_t first = queued_; // of the results of the next exchange that are ours
    const auto collect = [&]() -> Result<> {
        BIFROST_ASSIGN(const auto results, exchange());
        for (std::size_t at = first; at < results.size(); ++at) total += rows_changed(results[at].get());
        first = 0;
        return {};
    };
    for (const Params& params : rows) {
        BIFROST_CHECK(queue(sql, params));
        if (queued_ >= kMostQueued) BIFROST_CHECK(collect());
    }
    if (queued_ > 0) BIFROST_CHECK(collect());
    return total;
}

Result<> WriteTx::queue_marker() {
    marker_ = Id::make();
    if ((marker_->hash() & 0xff) == 0) {
        const std::string oldest = first_id_of(Timestamp::now().plus_seconds(-kMarkerLifeSeconds));
        BIFROST_CHECK(queue(sql::delete_old_commit_markers.postgres, make_params(oldest)));
    }
    return queue(sql::insert_commit_marker.postgres, make_params(*marker_));
}

Result<> WriteTx::commit() {
    if (!begun_) return {}; // it asked the database for nothing
    if (may_have_changed_ && has_markers_) BIFROST_CHECK(queue_marker());
    const bool asks_position = may_have_changed_ && wants_position_;
    const auto results = send_commit(asks_position);
    if (results) {
        const std::size_t behind = asks_position ? 1 : 0;
        if (asks_position) position_ = static_cast<std::uint64_t>(integers_of(results->back().get()).at(0));
        if (command_tag((*results)[results->size() - 1 - behind].get()) == "COMMIT") return {};
        log::error("PostgreSQL answered COMMIT with a rollback");
        return Error{Errc::internal, "The database failed."};
    }
    if (connection_.lost()) {
        ending_ = may_have_changed_ ? Ending::unknown : Ending::lost;
        return results.error();
    }
    // Committed, and where isn't known: the failure was that of the question.
    if (asks_position && connection_.failed_sql() == sql::commit_position.postgres) return {};
    undo(); // a statement before COMMIT failed: the transaction is still open
    if (marker_ && connection_.failed_sql() == sql::insert_commit_marker.postgres)
        ending_ = Ending::no_marker;
    return results.error();
}

Result<std::vector<ResultPtr>> WriteTx::send_commit(bool asks_position) {
    BIFROST_CHECK(queue(sql::commit.postgres, {}));
    if (asks_position) BIFROST_CHECK(queue(sql::commit_position.postgres, {}));
    return exchange();
}

} // namespace bifrost::database::postgres
