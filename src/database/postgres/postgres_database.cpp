#include "database/database.hpp"

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include "core/log.hpp"
#include "database/connection_pool.hpp"
#include "database/nesting.hpp"
#include "database/postgres/connection.hpp"
#include "database/postgres/outcome.hpp"
#include "database/postgres/read_tx.hpp"
#include "database/postgres/schema_session.hpp"
#include "database/postgres/write_tx.hpp"
#include "database/schema_access.hpp"

namespace bifrost::database {
namespace postgres {
namespace {

using Clock = Connection::Clock;

constexpr int kMostConflicts = 5;
constexpr int kMostLosses = 3;

/// Waits 5, 10, 20 … ms, half to one and a half times, so that those who met don't meet again.
void pause_before(int retry) {
    thread_local std::minstd_rand random{std::random_device{}()};
    std::uniform_real_distribution<double> factor(0.5, 1.5);
    std::this_thread::sleep_for(
        std::chrono::duration<double, std::milli>(5.0 * (1 << retry) * factor(random)));
}

class PostgresDatabase final : public Database, public SchemaAccess {
  public:
    explicit PostgresDatabase(const PostgresOptions& options)
        : options_(options), pool_(std::max<std::size_t>(options.most_connections, 1),
                                   [this] { return Connection::open(options_); }) {}

    [[nodiscard]] Dialect dialect() const override { return Dialect::postgres; }
    [[nodiscard]] Stats stats() const override { return pool_.stats(); }
    Result<> ping() override {
        return read([](Tx& tx) -> Result<> {
            BIFROST_CHECK(tx.query_text("select 1", {}));
            return {};
        });
    }

    Result<> in_schema_session(const std::function<Result<>(SchemaSession&)>& fn) override {
        const InTransaction inside(*this);
        BIFROST_ASSIGN(const auto session, open_schema_session(options_));
        return fn(*session);
    }

    /// So that a wrong address or password is told when the program starts.
    Result<> connect_once() {
        BIFROST_CHECK(acquire());
        return {};
    }

    Result<> prepare(std::string_view sql) override {
        const InTransaction inside(*this);
        BIFROST_ASSIGN(auto lease, acquire());
        return lease->prepare(sql);
    }

  protected:
    Result<> run_read(const Body& body, bool snapshot) override {
        const InTransaction inside(*this);
        BIFROST_ASSIGN(auto lease, acquire());
        const DiscardWhenLost at_end{lease};
        ReadTx tx(*lease, snapshot);
        BIFROST_CHECK(body(tx));
        if (tx.failed()) return *tx.failed();
        return {};
    }

    Result<> run_write(const Body& body) override {
        const InTransaction inside(*this);
        BIFROST_ASSIGN(auto lease, acquire());
        const DiscardWhenLost at_end{lease};
        int conflicts = 0;
        int losses = 0;
        for (;;) {
            WriteTx tx(*lease, has_markers_);
            const Result<> outcome = tx.attempt(body);
            switch (tx.ending()) {
            case Ending::settled:
                return outcome;
            case Ending::no_marker:
                log::warning("the database has no table commit_marker; run `bifrost migrate up`");
                has_markers_ = false;
                continue;
            case Ending::again:
                if (++conflicts > kMostConflicts) return outcome;
                pause_before(conflicts);
                continue;
            case Ending::unknown:
                if (const auto known = settle(*lease, tx)) return *known;
                if (++losses >= kMostLosses) return outcome;
                continue;
            case Ending::lost:
                if (++losses >= kMostLosses) return outcome;
                BIFROST_CHECK(lease->reconnect());
            }
        }
    }

  private:
    using Pool = ConnectionPool<Connection>;
    struct DiscardWhenLost {
        Pool::Lease& lease;
        ~DiscardWhenLost() {
            if (lease->lost()) lease.discard();
        }
    };

    Result<Pool::Lease> acquire() {
        const auto deadline = Clock::now() + options_.deadline;
        for (;;) {
            BIFROST_ASSIGN(auto lease, pool_.acquire(deadline));
            if (lease->alive()) return lease;
            lease.discard();
        }
    }

    /// The result of a transaction whose outcome was unknown; nothing when it is undone, to be run again.
    std::optional<Result<>> settle(Connection& connection, const WriteTx& tx) {
        const auto deadline = Clock::now() + options_.deadline;
        switch (tx.marker() ? find_outcome(connection, *tx.marker(), deadline) : Outcome::unknown) {
        case Outcome::committed:
            return Result<>{};
        case Outcome::undone:
            return std::nullopt;
        case Outcome::unknown:
            break;
        }
        return Error{Errc::unavailable,
                     "The database went away while it saved. Whether the change was made is not "
                     "known: look before you try again."};
    }

    const PostgresOptions options_;
    Pool pool_;
    std::atomic<bool> has_markers_ = true;
};

} // namespace
} // namespace postgres

Result<std::unique_ptr<Database>> open_postgres(const PostgresOptions& options) {
    auto opened = std::make_unique<postgres::PostgresDatabase>(options);
    BIFROST_CHECK(opened->connect_once());
    return std::unique_ptr<Database>(std::move(opened));
}

} // namespace bifrost::database
