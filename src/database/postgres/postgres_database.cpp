#include "database/database.hpp"

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include "core/log.hpp"
#include "core/metrics.hpp"
#include "core/timestamp.hpp"
#include "database/connection_pool.hpp"
#include "database/nesting.hpp"
#include "database/postgres/connection.hpp"
#include "database/postgres/outcome.hpp"
#include "database/postgres/read_tx.hpp"
#include "database/postgres/replica_set.hpp"
#include "database/postgres/schema_session.hpp"
#include "database/postgres/write_tx.hpp"
#include "database/request_scope.hpp"
#include "database/schema_access.hpp"
#include "database/usage.hpp"

namespace bifrost::database {
namespace postgres {
namespace {

using Clock = Connection::Clock;

constexpr int kMostConflicts = 5;
constexpr int kMostLosses = 3;
constexpr std::chrono::milliseconds kFailoverPause{100};

/// Waits 5, 10, 20 … ms, half to one and a half times, so that those who met don't meet again.
void pause_before(int retry) {
    thread_local std::minstd_rand random{std::random_device{}()};
    std::uniform_real_distribution<double> factor(0.5, 1.5);
    std::this_thread::sleep_for(
        std::chrono::duration<double, std::milli>(5.0 * (1 << retry) * factor(random)));
}

/// False for a URL that can't be read: connecting will say so.
bool has_several_hosts(const PostgresOptions& options) {
    const auto conninfo = Conninfo::of(options, Conninfo::Session::limited);
    return conninfo && conninfo->has_several_hosts();
}

class PostgresDatabase final : public Database, public SchemaAccess {
  public:
    explicit PostgresDatabase(const PostgresOptions& options)
        : options_(options), pool_(std::max<std::size_t>(options.most_connections, 1),
                                   [this] { return Connection::open(options_); }),
          reads_(metrics::counter("bifrost_database_reads_total",
                                  "Reads by the server that they were sent to", {{"target", "primary"}})) {}

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

    /// So that a wrong address or password is told when the program starts. Replicas may be away then.
    Result<> start() {
        BIFROST_CHECK(acquire());
        for (std::size_t i = 0; i < options_.replica_urls.size(); ++i) {
            PostgresOptions replica = options_;
            replica.url = options_.replica_urls[i];
            BIFROST_CHECK(Conninfo::of(replica, Conninfo::Session::replica));
        }
        if (!options_.replica_urls.empty())
            replicas_ = std::make_unique<ReplicaSet>(options_);
        else if (options_.watch_primary)
            watch_ = std::make_unique<PrimaryWatch>(options_);
        return {};
    }

    Result<> prepare(std::string_view sql) override {
        const InTransaction inside(*this);
        BIFROST_ASSIGN(auto lease, acquire());
        return lease->prepare(sql);
    }

  protected:
    Result<> run_read(const Body& body, bool snapshot) override {
        return timed(UsageKind::read, [&] { return read_somewhere(body, snapshot); });
    }
    Result<> run_write(const Body& body) override {
        return timed(UsageKind::write, [&] { return write_until_settled(body); });
    }

  private:
    using Pool = ConnectionPool<Connection>;
    enum class For { reading, anything };
    struct DiscardWhenLost {
        Pool::Lease& lease;
        ~DiscardWhenLost() {
            if (lease->lost()) lease.discard();
        }
    };

    Result<> read_somewhere(const Body& body, bool snapshot) {
        const InTransaction inside(*this);
        RequestScope* const scope = RequestScope::current();
        if (replicas_ && scope != nullptr && scope->replicas_allowed()) {
            if (const auto lease = replicas_->borrow(*scope)) return read_on(*lease, snapshot, false, body);
        }
        reads_.increment();
        BIFROST_ASSIGN(auto lease, acquire(For::reading));
        const DiscardWhenLost at_end{lease};
        return read_on(*lease, snapshot, true, body);
    }

    Result<> write_until_settled(const Body& body) {
        const InTransaction inside(*this);
        BIFROST_ASSIGN(auto lease, acquire());
        const DiscardWhenLost at_end{lease};
        int conflicts = 0;
        int losses = 0;
        for (;;) {
            WriteTx tx(*lease, has_markers_, replicas_ != nullptr);
            const Result<> outcome = tx.attempt(body);
            switch (tx.ending()) {
            case Ending::settled:
                if (outcome) note_commit(tx);
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
                if (const auto known = settle(*lease, tx)) {
                    if (*known) note_commit(tx);
                    return *known;
                }
                if (++losses >= kMostLosses) return outcome;
                continue;
            case Ending::lost:
                if (++losses >= kMostLosses) return outcome;
                BIFROST_CHECK(lease->reconnect());
            }
        }
    }

    /// With several hosts in the URL it waits for one of them to be the primary.
    Result<Pool::Lease> acquire(For use = For::anything) {
        const auto deadline = Clock::now() + options_.deadline;
        for (;;) {
            auto lease = pool_.acquire(deadline);
            if (!lease && several_hosts_ && Clock::now() + kFailoverPause < deadline) {
                std::this_thread::sleep_for(kFailoverPause);
                continue;
            }
            if (!lease || (use == For::reading && (*lease)->fresh()) || (*lease)->alive()) return lease;
            lease->discard();
        }
    }

    static Result<> read_on(Connection& connection, bool snapshot, bool reconnects, const Body& body) {
        ReadTx tx(connection, snapshot, reconnects);
        BIFROST_CHECK(body(tx));
        if (tx.failed()) return *tx.failed();
        return {};
    }

    void note_commit(const WriteTx& tx) {
        RequestScope* const scope = RequestScope::current();
        if (replicas_ && scope != nullptr && tx.may_have_changed())
            scope->note_commit({tx.position(), Timestamp::now().micros / 1'000'000});
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
    const bool several_hosts_ = has_several_hosts(options_);
    Pool pool_;
    std::atomic<bool> has_markers_ = true;
    metrics::Counter reads_;
    std::unique_ptr<ReplicaSet> replicas_;
    std::unique_ptr<PrimaryWatch> watch_; ///< when there are no replicas, whose set has one
};

} // namespace
} // namespace postgres

Result<std::unique_ptr<Database>> open_postgres(const PostgresOptions& options) {
    auto opened = std::make_unique<postgres::PostgresDatabase>(options);
    BIFROST_CHECK(opened->start());
    return std::unique_ptr<Database>(std::move(opened));
}

} // namespace bifrost::database
