// Wake-ups between processes over PostgreSQL, and what a line does that is cut.

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include "queue/wake_line.hpp"
#include "queue_support.hpp"
#include "support/postgres_server.hpp"
#include "worker/worker.hpp"

namespace bifrost::queue {
namespace {

using namespace std::chrono_literals;

/// Told by another process that jobs were committed.
void notify_from_another_process(const std::string& url) {
    const pid_t child = ::fork();
    if (child == 0) {
        WakeLine line(url);
        while (!line.is_open()) std::this_thread::sleep_for(1ms);
        notify_workers();
        // The destructor sends what was asked for before it ends.
        line.~WakeLine();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
}

TEST(WakeLine, a_wake_up_of_another_process_is_heard) {
    const tests::FreshDatabase fresh(database::Dialect::postgres);
    WakeLine line(fresh.url());
    ASSERT_TRUE(comes_true([&] { return line.is_open(); }));
    const std::uint64_t seen = notifications();
    notify_from_another_process(fresh.url());
    wait_for_jobs(seen, 20s);
    EXPECT_GT(notifications(), seen);
}

TEST(WakeLine, its_own_wake_ups_do_not_come_back) {
    const tests::FreshDatabase fresh(database::Dialect::postgres);
    WakeLine line(fresh.url());
    ASSERT_TRUE(comes_true([&] { return line.is_open(); }));
    const std::uint64_t seen = notifications();
    notify_workers();
    notify_from_another_process(fresh.url()); // comes after what was sent before
    ASSERT_TRUE(comes_true([&] { return notifications() >= seen + 2; }));
    EXPECT_EQ(notifications(), seen + 2);
}

TEST(WakeLine, a_line_that_is_cut_is_mended) {
    const tests::FreshDatabase fresh(database::Dialect::postgres);
    WakeLine line(fresh.url());
    ASSERT_TRUE(comes_true([&] { return line.is_open(); }));
    const std::uint64_t seen = notifications();
    const std::string name = fresh.url().substr(fresh.url().rfind('/') + 1);
    tests::PostgresServer::shared().execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = '" +
        name.substr(0, name.find('?')) + "'");
    // Whoever listens again looks for what came meanwhile.
    ASSERT_TRUE(comes_true([&] { return notifications() > seen; }));
    notify_workers(); // finds that its own side is cut
    ASSERT_TRUE(comes_true([&] { return line.is_open(); }));
    const std::uint64_t before = notifications();
    notify_from_another_process(fresh.url());
    EXPECT_TRUE(comes_true([&] { return notifications() > before; }));
}

TEST(WakeLine, there_is_none_for_sqlite) {
    const WakeLine line("sqlite:/nowhere");
    EXPECT_FALSE(line.is_open());
    notify_workers();
}

TEST(WakeLine, a_worker_begins_what_another_process_committed_long_before_its_next_poll) {
    const tests::FreshDatabase fresh(database::Dialect::postgres);
    const auto database = tests::open_or_throw(fresh.url());
    const auto other = tests::open_or_throw(fresh.url());
    WakeLine line(fresh.url());
    ASSERT_TRUE(comes_true([&] { return line.is_open(); }));
    worker::JobKind kind;
    kind.name = "a";
    kind.run = [](worker::JobContext&) -> Result<json::Raw> { return json::Raw{}; };
    worker::Worker worker(*database, {kind}, {2, 3600s, 30s, "test"});
    worker.start();
    const Id id = add(*other, "a");
    notify_from_another_process(fresh.url());
    EXPECT_TRUE(comes_true([&] { return get(*other, id).state == "done"; }));
}

} // namespace
} // namespace bifrost::queue
