// What a point read, a durable write and sixteen threads of durable writes cost on each database.
// PostgreSQL: the server of BIFROST_BENCH_POSTGRES_URL, or one that is started for it, with fsync on.

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "core/id.hpp"
#include "database/database.hpp"
#include "database/migrations.hpp"
#include "support/postgres_server.hpp"
#include "support/temporary_folder.hpp"

namespace bifrost::bench {
namespace {

using database::Database;
using database::Dialect;
using database::Query;
using database::Rows;
using database::Tx;

constexpr Query kInsertJob{
    "insert_job",
    "insert into job (id, kind, payload, state, priority, attempts, max_attempts, progress, created_at, "
    "run_at, "
    "cancel_requested, fence) values ($1, 'bench', $2, 'done', 1, 0, 1, 0.0, 0, 0, 0, 0)",
    "insert into job (id, kind, payload, state, priority, attempts, max_attempts, progress, created_at, "
    "run_at, "
    "cancel_requested, fence) values ($1, 'bench', $2, 'done', 1, 0, 1, 0.0, 0, 0, false, 0)"};
constexpr Query kFindJob{
    "find_job", "select id, kind, payload, state, priority, attempts, created_at from job where id = $1",
    "select id, kind, payload, state, priority, attempts, created_at from job where id = $1"};

std::unique_ptr<Database> opened(Result<std::unique_ptr<Database>> result) {
    if (!result) throw std::runtime_error(result.error().detail);
    if (const auto done = database::migrate_up(**result); !done)
        throw std::runtime_error(done.error().detail);
    return std::move(*result);
}

Database& sqlite() {
    static const tests::TemporaryFolder folder;
    static const std::unique_ptr<Database> database = [] {
        database::SqliteOptions options;
        options.path = (folder.path() / "bench.db").string();
        return opened(database::open_sqlite(options));
    }();
    return *database;
}

Database& postgres() {
    static std::unique_ptr<tests::PostgresServer> server;
    static const std::unique_ptr<Database> database = [] {
        database::PostgresOptions options;
        if (const char* url = std::getenv("BIFROST_BENCH_POSTGRES_URL")) {
            options.url = url;
        } else {
            server = std::make_unique<tests::PostgresServer>(tests::PostgresServer::Durability::durable);
            options.url = server->url();
        }
        return opened(database::open_postgres(options));
    }();
    return *database;
}

Database& database_of(Dialect dialect) { return dialect == Dialect::sqlite ? sqlite() : postgres(); }

Result<> write_one(Database& database, const Id& id) {
    return database.write([&](Tx& tx) -> Result<> { return tx.defer(kInsertJob, id, "{}"); });
}

const Id& known_job(Dialect dialect) {
    static const Id ids[2] = {Id::make(), Id::make()};
    static std::atomic<bool> written[2] = {};
    const auto index = static_cast<std::size_t>(dialect);
    if (!written[index].exchange(true) && !write_one(database_of(dialect), ids[index]))
        throw std::runtime_error("the row to read can't be written");
    return ids[index];
}

void point_read(benchmark::State& state, Dialect dialect) {
    Database& database = database_of(dialect);
    const Id& id = known_job(dialect);
    for (auto _ : state) {
        const auto rows = database.read([&](Tx& tx) { return tx.query(kFindJob, id); });
        if (!rows || rows->size() != 1) state.SkipWithError("the read failed");
    }
}

/// A transaction that reads before it writes: a round trip more in PostgreSQL.
void durable_write(benchmark::State& state, Dialect dialect) {
    Database& database = database_of(dialect);
    for (auto _ : state) {
        const Id id = Id::make();
        const auto done = database.write([&](Tx& tx) -> Result<> {
            BIFROST_CHECK(tx.query(kFindJob, id));
            return tx.defer(kInsertJob, id, "{}");
        });
        if (!done) state.SkipWithError("the write failed");
    }
    state.SetItemsProcessed(state.iterations());
}

void durable_write_whole(benchmark::State& state, Dialect dialect) {
    Database& database = database_of(dialect);
    for (auto _ : state)
        if (!write_one(database, Id::make())) state.SkipWithError("the write failed");
    state.SetItemsProcessed(state.iterations());
}

constexpr auto kSqlite = Dialect::sqlite;
constexpr auto kPostgres = Dialect::postgres;

BENCHMARK_CAPTURE(point_read, sqlite, kSqlite);
BENCHMARK_CAPTURE(point_read, postgres, kPostgres);
BENCHMARK_CAPTURE(point_read, sqlite_4_threads, kSqlite)->Threads(4)->UseRealTime();
BENCHMARK_CAPTURE(durable_write, sqlite, kSqlite)->UseRealTime();
BENCHMARK_CAPTURE(durable_write, postgres, kPostgres)->UseRealTime();
BENCHMARK_CAPTURE(durable_write_whole, postgres, kPostgres)->UseRealTime();
BENCHMARK_CAPTURE(durable_write, sqlite_16_threads, kSqlite)->Threads(16)->UseRealTime();
BENCHMARK_CAPTURE(durable_write, postgres_16_threads, kPostgres)->Threads(16)->UseRealTime();

} // namespace
} // namespace bifrost::bench

BENCHMARK_MAIN();
