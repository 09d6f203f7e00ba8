// What jobs cost: from enqueueing to done, one by one and in groups, and how soon another process begins one.
//   bifrost_jobs_bench URL one SECONDS | groups SECONDS | workers SECONDS | wake COUNT
// Prints one number. The database is migrated by it.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "database/migrations.hpp"
#include "queue/wake_line.hpp"
#include "worker/worker.hpp"

namespace bifrost::bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using database::Database;
using database::Tx;

constexpr std::size_t kGroup = 500;

template <class T>
T get(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().detail);
    return std::move(*result);
}
void check(const Result<>& result) {
    if (!result) throw std::runtime_error(result.error().detail);
}

queue::JobSpec spec() {
    queue::JobSpec made;
    made.kind = "bench";
    made.payload = json::Raw{R"({"upload_id":"01970000-0000-7000-8000-000000000000","size":1048576})"};
    return made;
}

worker::JobKind kind(std::function<Result<json::Raw>(worker::JobContext&)> run) {
    worker::JobKind made;
    made.name = "bench";
    made.run = std::move(run);
    return made;
}

/// The next job is enqueued when the one before is done and durable. Jobs a second, worker and wake-up
/// included.
double one_by_one(Database& database, std::chrono::seconds time) {
    std::promise<void> done;
    worker::Worker worker(database, {kind([&](worker::JobContext& context) -> Result<json::Raw> {
                              BIFROST_CHECK(context.finish_with([](Tx&) -> Result<json::Raw> {
                                  return json::Raw{R"({"state":"complete"})"};
                              }));
                              done.set_value();
                              return json::Raw{};
                          })},
                          {1, 1000ms, 30s, "bench"});
    worker.start();
    const auto start = Clock::now();
    std::int64_t count = 0;
    for (; Clock::now() - start < time; ++count) {
        done = {};
        auto ended = done.get_future();
        get(database.write([](Tx& tx) { return queue::enqueue(tx, spec()); }));
        queue::notify_workers();
        ended.wait();
    }
    return static_cast<double>(count) / std::chrono::duration<double>(Clock::now() - start).count();
}

/// Enqueued, claimed and finished by one thread, hundreds in a transaction.
double in_groups(Database& database, std::chrono::seconds time) {
    const std::vector<queue::JobSpec> specs(kGroup, spec());
    const auto start = Clock::now();
    std::size_t count = 0;
    while (Clock::now() - start < time) {
        get(database.write([&](Tx& tx) { return queue::enqueue_all(tx, specs); }));
        const auto claims =
            get(queue::claim(database, {"bench", {"bench"}, static_cast<std::int64_t>(kGroup), 30s, {}}));
        std::vector<queue::Finished> jobs;
        for (const auto& claim : claims) jobs.push_back({&claim, json::Raw{R"({"state":"complete"})"}});
        for (const auto& outcome : queue::finish_all(database, jobs)) check(outcome);
        count += jobs.size();
    }
    return static_cast<double>(count) / std::chrono::duration<double>(Clock::now() - start).count();
}

/// A backlog done by one worker with 64 jobs at once: a thread each, claims and ends in groups as they come.
double by_workers(Database& database, std::chrono::seconds time) {
    const std::vector<queue::JobSpec> specs(kGroup, spec());
    for (int i = 0; i < 10 * time.count(); ++i)
        get(database.write([&](Tx& tx) { return queue::enqueue_all(tx, specs); }));
    std::atomic<std::int64_t> count{0};
    worker::Worker worker(database, {kind([&](worker::JobContext&) -> Result<json::Raw> {
                              ++count;
                              return json::Raw{R"({"state":"complete"})"};
                          })},
                          {64, 1000ms, 30s, "bench"});
    const auto start = Clock::now();
    worker.start();
    std::this_thread::sleep_for(time);
    worker.drain(10s);
    return static_cast<double>(count) / std::chrono::duration<double>(Clock::now() - start).count();
}

/// The other process: tells when it began each job.
[[noreturn]] void be_the_worker(const std::string& url, int told) {
    const auto database = get(database::open_database(url));
    const queue::WakeLine line(url);
    worker::Worker worker(*database, {kind([&](worker::JobContext&) -> Result<json::Raw> {
        const std::int64_t now = Clock::now().time_since_epoch().count();
        if (::write(told, &now, sizeof now) != sizeof now) ::_exit(1);
        return json::Raw{};
    })},
                          {2, 1000ms, 30s, "bench"});
    worker.start();
    while (true) ::pause();
}

/// Milliseconds from the commit of a job here until another process has claimed and begun it: the median.
double wake_up(const std::string& url, int count) {
    int told[2];
    if (::pipe(told) != 0) throw std::runtime_error("there is no pipe");
    const pid_t child = ::fork(); // before anything has threads
    if (child == 0) be_the_worker(url, told[1]);
    const auto database = get(database::open_database(url));
    const queue::WakeLine line(url);
    std::vector<double> times;
    for (int i = 0; i < count + 10; ++i) {
        get(database->write([](Tx& tx) { return queue::enqueue(tx, spec()); }));
        const std::int64_t committed = Clock::now().time_since_epoch().count();
        queue::notify_workers();
        std::int64_t begun = 0;
        if (::read(told[0], &begun, sizeof begun) != sizeof begun) throw std::runtime_error("it has died");
        if (i >= 10) times.push_back(static_cast<double>(begun - committed) / 1e6);
        std::this_thread::sleep_for(20ms); // the job before has ended, too
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

double measure(const std::string& url, const std::string& what, int amount) {
    {
        const auto database = get(database::open_database(url));
        get(database::migrate_up(*database));
    }
    if (what == "wake") return wake_up(url, amount);
    const auto database = get(database::open_database(url));
    if (what == "one") return one_by_one(*database, std::chrono::seconds(amount));
    if (what == "groups") return in_groups(*database, std::chrono::seconds(amount));
    if (what == "workers") return by_workers(*database, std::chrono::seconds(amount));
    throw std::runtime_error("it measures one, groups, workers or wake");
}

} // namespace
} // namespace bifrost::bench

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    try {
        std::printf("%.3f\n", bifrost::bench::measure(argv[1], argv[2], std::atoi(argv[3])));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bifrost_jobs_bench: %s\n", error.what());
        return 1;
    }
}
