// Workers that are killed over and over while they do jobs, and what has to be true afterwards.
//   worker_chaos run URL FOLDER JOBS KILLS WORKERS LEASE_MS LENGTH_MS THEFTS
//       prints counts as JSON; exit 1 when anything is wrong
//   worker_chaos worker URL FOLDER LEASE_MS LENGTH_MS
//       one of the workers, until it is killed
// Every job leaves a row in its own transaction and a file outside of the database, named by the job. A theft
// takes the leases of all running jobs away, so that each is given to a second worker while the first is in
// it.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "database/database.hpp"
#include "database/migrations.hpp"
#include "worker/worker.hpp"

namespace bifrost::chaos {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using database::Database;
using database::Tx;

template <class T>
T get(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().detail);
    return std::move(*result);
}

int random_below(int end) {
    thread_local std::mt19937 random{std::random_device{}()};
    return std::uniform_int_distribution<int>(0, end - 1)(random);
}

/// May happen more than once for a job, and is the same as once: a file under the job's name, put there
/// whole.
Result<> leave_file(const std::filesystem::path& folder, const Id& job) {
    const auto part = folder / (job.text() + ".part-" + std::to_string(::getpid()));
    std::ofstream(part) << job.text();
    std::error_code failed;
    std::filesystem::rename(part, folder / job.text(), failed);
    if (failed) return Error{Errc::unavailable, "The file can't be put in its place."};
    return {};
}

/// `length`: of the longest job, in milliseconds.
worker::JobKind kind(const std::filesystem::path& folder, int length) {
    worker::JobKind made;
    made.name = "chaos";
    made.run = [folder, length](worker::JobContext& context) -> Result<json::Raw> {
        const Id id = context.job().id;
        std::this_thread::sleep_for(std::chrono::milliseconds(random_below(length)));
        BIFROST_CHECK(leave_file(folder, id));
        BIFROST_CHECK(context.finish_with([&](Tx& tx) -> Result<json::Raw> {
            BIFROST_CHECK(tx.execute_text("insert into chaos_effect (job_id, attempt) values ($1, $2)",
                                          database::make_params(id, context.job().attempts)));
            return json::Raw{};
        }));
        return json::Raw{};
    };
    return made;
}

[[noreturn]] void be_a_worker(const std::string& url, const std::string& folder, int lease, int length) {
    const auto database = get(database::open_database(url));
    worker::Worker worker(*database, {kind(folder, length)},
                          {4, std::chrono::milliseconds(100), std::chrono::milliseconds(lease), ""});
    worker.start();
    while (true) ::pause();
}

std::int64_t count(Database& database, const std::string& sql) {
    return get(database.read([&](Tx& tx) -> Result<std::int64_t> {
        BIFROST_ASSIGN(const auto rows, tx.query_text(sql, {}));
        return rows[0].integer(0);
    }));
}

struct Run {
    std::string program;
    std::string url;
    std::string folder;
    int jobs;
    int kills;
    int workers;
    int lease;
    int length;
    int thefts;
};

/// What was done to the workers.
struct Done {
    int kills = 0;
    int thefts = 0;
    std::int64_t stolen = 0; ///< jobs that ran when their lease was taken away
    Timestamp last_kill{};
};

pid_t begin_worker(const Run& run) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    const std::string lease = std::to_string(run.lease);
    const std::string length = std::to_string(run.length);
    ::execl(run.program.c_str(), run.program.c_str(), "worker", run.url.c_str(), run.folder.c_str(),
            lease.c_str(), length.c_str(), nullptr);
    ::_exit(127);
}

void end_worker(pid_t worker) {
    ::kill(worker, SIGKILL);
    ::waitpid(worker, nullptr, 0);
}

void prepare(Database& database, const Run& run) {
    get(database::migrate_up(database));
    get(database.write([](Tx& tx) {
        return tx.execute_text("create table chaos_effect (job_id text not null, attempt integer not null)",
                               {});
    }));
    queue::JobSpec spec;
    spec.kind = "chaos";
    spec.max_attempts = 1'000'000; // each kill takes one from every job that its worker had
    for (int made = 0; made < run.jobs; made += 500) {
        const std::vector<queue::JobSpec> some(static_cast<std::size_t>(std::min(500, run.jobs - made)),
                                               spec);
        get(database.write([&](Tx& tx) { return queue::enqueue_all(tx, some); }));
    }
}

/// Takes the leases of all that runs away. How many that were.
std::int64_t steal(Database& database) {
    return get(database.write([](Tx& tx) {
        return tx.execute_text(
            "update job set lease_expires_at = 1 where state = 'running' and lease_expires_at > 1", {});
    }));
}

/// Kills and steals as often as it shall while work is left, then lets the rest be done.
Done disturb_and_wait(Database& database, const Run& run, std::vector<pid_t>& workers) {
    Done done;
    const auto deadline = Clock::now() + 30min;
    while (Clock::now() < deadline) {
        const auto left = count(database, "select count(*) from job where state <> 'done'");
        if (left == 0) return done;
        // Spread over the work: each comes in the middle of its share of the jobs.
        const auto is_time = [&](int so_far, int wanted) {
            return so_far < wanted &&
                   (run.jobs - left) * wanted * 2 >= std::int64_t{run.jobs} * (2 * so_far + 1);
        };
        if (is_time(done.kills, run.kills)) {
            pid_t& victim = workers[static_cast<std::size_t>(random_below(run.workers))];
            end_worker(victim);
            done.last_kill = Timestamp::now();
            victim = begin_worker(run);
            ++done.kills;
        } else if (is_time(done.thefts, run.thefts)) {
            done.stolen += steal(database);
            ++done.thefts;
        } else {
            std::this_thread::sleep_for(10ms);
        }
    }
    throw std::runtime_error("the jobs were not done within 30 minutes");
}

int files_in(const std::string& folder) {
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension().empty()) ++files;
    return files;
}

bool check(Database& database, const Run& run, const Done& happened, Clock::time_point start) {
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    // When others began what the last one that was killed had begun: how long its lease kept them away.
    const auto begun = count(database, "select coalesce(max(started_at), 0) from job where attempts > 1");
    const double replaced_after = static_cast<double>(begun - happened.last_kill.micros) / 1e6;
    const auto done = count(database, "select count(*) from job where state = 'done'");
    const auto effects = count(database, "select count(*) from chaos_effect");
    const auto distinct = count(database, "select count(distinct job_id) from chaos_effect");
    const auto again = count(database, "select count(*) from job where attempts > 1");
    const auto files = files_in(run.folder);
    std::printf(
        "{\"jobs\":%d,\"kills\":%d,\"thefts\":%d,\"stolen\":%ld,\"done\":%ld,\"lost\":%ld,"
        "\"committed_twice\":%ld,\"run_again\":%ld,\"files\":%d,\"seconds\":%.1f,\"replaced_after\":%.1f}\n",
        run.jobs, happened.kills, happened.thefts, happened.stolen, done, run.jobs - distinct,
        effects - distinct, again, files, seconds, happened.kills > 0 && begun > 0 ? replaced_after : 0.0);
    return done == run.jobs && effects == run.jobs && distinct == run.jobs && files == run.jobs &&
           happened.kills == run.kills && happened.thefts == run.thefts;
}

int run_all(const Run& run) {
    const auto database = get(database::open_database(run.url));
    prepare(*database, run);
    std::vector<pid_t> workers;
    for (int i = 0; i < run.workers; ++i) workers.push_back(begin_worker(run));
    const auto start = Clock::now();
    const Done happened = disturb_and_wait(*database, run, workers);
    const bool good = check(*database, run, happened, start);
    for (const pid_t worker : workers) end_worker(worker);
    return good ? 0 : 1;
}

} // namespace
} // namespace bifrost::chaos

int main(int argc, char** argv) {
    using namespace bifrost::chaos;
    const std::vector<std::string> words(argv, argv + argc);
    try {
        const auto number = [&](std::size_t at) { return std::stoi(words[at]); };
        if (argc == 6 && words[1] == "worker") be_a_worker(words[2], words[3], number(4), number(5));
        if (argc == 10 && words[1] == "run")
            return run_all({words[0], words[2], words[3], number(4), number(5), number(6), number(7),
                            number(8), number(9)});
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "worker_chaos: %s\n", error.what());
        return 1;
    }
}
