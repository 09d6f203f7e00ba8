#pragma once
// Jobs in tests of the queue and of the worker.

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "queue/queue.hpp"
#include "support/database_fixture.hpp"

namespace bifrost::queue {

using database::Database;
using database::Tx;

inline Id add(Database& database, JobSpec spec) {
    const auto id = database.write([&](Tx& tx) { return enqueue(tx, spec); });
    if (!id) throw std::runtime_error(id.error().detail);
    return *id;
}

inline Id add(Database& database, const std::string& kind, std::int64_t priority = 0) {
    JobSpec spec;
    spec.kind = kind;
    spec.priority = priority;
    return add(database, spec);
}

inline Job get(Database& database, const Id& id) {
    const auto job = database.read([&](Tx& tx) { return find_job(tx, id); });
    if (!job || !*job) throw std::runtime_error("there is no such job");
    return **job;
}

inline std::vector<Claim> claim_all(Database& database, const std::vector<std::string>& kinds,
                                    std::int64_t limit = 100,
                                    std::chrono::milliseconds lease = std::chrono::seconds(60)) {
    const auto claims = claim(database, {"test", kinds, limit, lease, {}});
    if (!claims) throw std::runtime_error(claims.error().detail);
    return *claims;
}

/// What a job leaves behind, in a table that is there anyway.
inline Result<> leave_effect(Tx& tx, const std::string& name) {
    BIFROST_CHECK(
        tx.execute_text("insert into lock_row (name) values ($1)", database::make_params("effect " + name)));
    return {};
}

inline std::int64_t effects(Database& database) {
    const auto count = database.read([](Tx& tx) -> Result<std::int64_t> {
        BIFROST_ASSIGN(const auto rows,
                       tx.query_text("select count(*) from lock_row where name like 'effect %'", {}));
        return rows[0].integer(0);
    });
    if (!count) throw std::runtime_error(count.error().detail);
    return *count;
}

/// Runs SQL that makes a state which would take long to come by itself.
inline void pretend(Database& database, const std::string& sql, const database::Params& params = {}) {
    const auto done = database.write([&](Tx& tx) { return tx.execute_text(sql, params); });
    if (!done) throw std::runtime_error(done.error().detail);
}

/// True as soon as `holds` does, false when it doesn't within 20 s.
inline bool comes_true(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!holds()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

template <class T>
Errc code_of(const Result<T>& result) {
    EXPECT_FALSE(result) << "it should have failed";
    return result ? Errc::not_acceptable : result.error().code;
}

} // namespace bifrost::queue
