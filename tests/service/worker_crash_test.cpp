// kill -9 of a whole worker process in the middle of a job.

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include "queue_support.hpp"
#include "worker/worker.hpp"

namespace bifrost::worker {
namespace {

using namespace std::chrono_literals;
using database::Tx;

struct Crash {
    database::Dialect dialect;
    bool in_transaction; ///< killed when the effect is written and not committed
};

/// No database is open in this process when it forks, so that the child begins with one thread and nothing
/// shared.
class WorkerCrash : public testing::TestWithParam<Crash> {
  protected:
    static JobKind kind(std::function<Result<json::Raw>(JobContext&)> run) {
        JobKind made;
        made.name = "effect";
        made.run = std::move(run);
        return made;
    }
    static Options options() { return {1, 50ms, 1000ms, "test"}; }

    /// The child's life: it claims the job, tells that it is in the middle of it, and waits for its end.
    [[noreturn]] void be_the_worker(int tell) const {
        const auto database = tests::open_or_throw(fresh_.url());
        const auto stay = [tell] {
            if (::write(tell, "x", 1) != 1) ::_exit(3);
            while (true) ::pause();
        };
        Worker worker(*database, {kind([&](JobContext& context) -> Result<json::Raw> {
            if (!GetParam().in_transaction) stay();
            BIFROST_CHECK(context.finish_with([&](Tx& tx) -> Result<json::Raw> {
                BIFROST_CHECK(queue::leave_effect(tx, "of the killed"));
                stay();
                return json::Raw{};
            }));
            return json::Raw{};
        })},
                      options());
        worker.start();
        while (true) ::pause();
    }

    tests::FreshDatabase fresh_{GetParam().dialect};
};

TEST_P(WorkerCrash, another_worker_does_the_job_and_its_effect_happens_once) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) be_the_worker(pipe[1]);
    ::close(pipe[1]);

    Id id;
    {
        const auto database = tests::open_or_throw(fresh_.url());
        id = queue::add(*database, "effect");
    }
    char sign = 0;
    ASSERT_EQ(::read(pipe[0], &sign, 1), 1) << "the child is in the middle of the job";
    ::close(pipe[0]);
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));

    const auto database = tests::open_or_throw(fresh_.url());
    EXPECT_EQ(queue::get(*database, id).state, "running");
    Worker worker(*database, {kind([](JobContext& context) -> Result<json::Raw> {
        BIFROST_CHECK(context.finish_with([](Tx& tx) -> Result<json::Raw> {
            BIFROST_CHECK(queue::leave_effect(tx, "of the other"));
            return json::Raw{R"({"by":"the other"})"};
        }));
        return json::Raw{};
    })},
                  options());
    worker.start();
    ASSERT_TRUE(queue::comes_true([&] { return queue::get(*database, id).state == "done"; }));
    EXPECT_EQ(queue::effects(*database), 1);
    const queue::Job job = queue::get(*database, id);
    EXPECT_EQ(job.attempts, 2);
    EXPECT_EQ(job.result->text, R"({"by":"the other"})");
    EXPECT_FALSE(job.error);
}

INSTANTIATE_TEST_SUITE_P(
    Both, WorkerCrash,
    testing::Values(Crash{database::Dialect::sqlite, false}, Crash{database::Dialect::sqlite, true},
                    Crash{database::Dialect::postgres, false}, Crash{database::Dialect::postgres, true}),
    [](const auto& tested) {
        return std::string(tested.param.dialect == database::Dialect::sqlite ? "sqlite" : "postgres") +
               (tested.param.in_transaction ? "_in_its_transaction" : "_before_its_transaction");
    });

} // namespace
} // namespace bifrost::worker
