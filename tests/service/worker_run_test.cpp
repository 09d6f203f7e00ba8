// What the worker does with jobs: runs them, keeps their lease, ends each once, stops when asked.

#include <future>

#include "core/metrics.hpp"
#include "queue_support.hpp"
#include "worker/worker.hpp"

namespace bifrost::worker {
namespace {

using namespace std::chrono_literals;
using database::Tx;
using queue::add;
using queue::comes_true;
using queue::effects;
using queue::get;
using queue::leave_effect;

class WorkerRun : public tests::DatabaseTest {
  protected:
    static JobKind kind(const std::string& name, std::function<Result<json::Raw>(JobContext&)> run) {
        JobKind made;
        made.name = name;
        made.run = std::move(run);
        return made;
    }
    /// The lease is long enough for a machine that is busy with other things.
    static Options quick(std::size_t concurrency = 2) { return {concurrency, 50ms, 3s, "test"}; }

    std::string state(const Id& id) { return get(database(), id).state; }
    bool becomes(const Id& id, const std::string& wanted) {
        return comes_true([&] { return state(id) == wanted; });
    }
    /// Waits in a job until it is to stop.
    static Result<json::Raw> until_stopped(JobContext& context) {
        while (!context.stopped()) std::this_thread::sleep_for(2ms);
        return Error{Errc::unavailable, "It was asked to stop."};
    }
    Id add_and_ring(const std::string& name) {
        const Id id = add(database(), name);
        queue::notify_workers();
        return id;
    }
};
INSTANTIATE_FOR_BOTH_DATABASES(WorkerRun);

TEST_P(WorkerRun, an_exception_fails_the_job_and_tells_people_nothing_internal) {
    Worker worker(
        database(),
        {kind("a", [](JobContext&) -> Result<json::Raw> { throw std::runtime_error("/secret/path"); }),
         kind("b", [](JobContext&) -> Result<json::Raw> { throw 5; }),
         kind("c",
              [](JobContext&) -> Result<json::Raw> {
                  return Error{Errc::internal, "select 1"};
              })},
        quick());
    worker.start();
    for (const char* name : {"a", "b", "c"}) {
        const Id id = add_and_ring(name);
        ASSERT_TRUE(becomes(id, "failed"));
        EXPECT_EQ(get(database(), id).error,
                  "An internal error broke the job off; the server's log tells more.");
    }
}

TEST_P(WorkerRun, an_error_fails_the_job_with_its_sentence_and_it_is_tried_again_until_it_is_dead) {
    std::atomic<int> runs{0};
    Worker worker(database(),
                  {kind("a",
                        [&](JobContext&) -> Result<json::Raw> {
                            ++runs;
                            return Error{Errc::invalid, "The file has other bytes."};
                        })},
                  quick());
    queue::JobSpec spec;
    spec.kind = "a";
    spec.max_attempts = 2;
    const Id id = add(database(), spec);
    worker.start();
    ASSERT_TRUE(becomes(id, "failed"));
    EXPECT_EQ(get(database(), id).error, "The file has other bytes.");
    queue::pretend(database(), "update job set run_at = 0 where state = 'failed'");
    queue::notify_workers();
    ASSERT_TRUE(becomes(id, "dead"));
    EXPECT_EQ(runs, 2);
}

TEST_P(WorkerRun, an_effect_that_fails_leaves_nothing_and_the_job_is_tried_again) {
    Worker worker(database(),
                  {kind("a",
                        [](JobContext& context) -> Result<json::Raw> {
                            BIFROST_CHECK(context.finish_with([&](Tx& tx) -> Result<json::Raw> {
                                BIFROST_CHECK(leave_effect(tx, "a"));
                                if (context.job().attempts == 1) return Error{Errc::unavailable, "not yet"};
                                return json::Raw{R"({"ok":true})"};
                            }));
                            return json::Raw{};
                        })},
                  quick());
    const Id id = add(database(), "a");
    worker.start();
    ASSERT_TRUE(becomes(id, "failed"));
    EXPECT_EQ(effects(database()), 0);
    queue::pretend(database(), "update job set run_at = 0 where state = 'failed'");
    queue::notify_workers();
    ASSERT_TRUE(becomes(id, "done"));
    EXPECT_EQ(effects(database()), 1);
    EXPECT_EQ(get(database(), id).result->text, R"({"ok":true})");
}

TEST_P(WorkerRun, a_value_ends_the_job_when_the_function_has_not) {
    Worker worker(database(),
                  {kind("a", [](JobContext& context) -> Result<json::Raw> { return context.job().payload; }),
                   kind("b",
                        [](JobContext& context) -> Result<json::Raw> {
                            BIFROST_CHECK(context.database().write([&](Tx& tx) -> Result<bool> {
                                BIFROST_CHECK(leave_effect(tx, "b"));
                                BIFROST_CHECK(context.finish_in(tx, {R"({"by":"b"})"}));
                                return true;
                            }));
                            return json::Raw{R"({"ignored":1})"};
                        })},
                  quick());
    worker.start();
    queue::JobSpec spec;
    spec.kind = "a";
    spec.payload = {R"({"n":7})"};
    const Id a = add(database(), spec);
    const Id b = add_and_ring("b");
    ASSERT_TRUE(becomes(a, "done"));
    EXPECT_EQ(get(database(), a).result->text, R"({"n":7})");
    ASSERT_TRUE(becomes(b, "done"));
    EXPECT_EQ(get(database(), b).result->text, R"({"by":"b"})");
    EXPECT_EQ(effects(database()), 1);
}

TEST_P(WorkerRun, a_long_job_keeps_its_lease) {
    std::promise<void> go;
    const std::shared_future<void> gone = go.get_future().share();
    Worker worker(database(),
                  {kind("a",
                        [gone](JobContext&) -> Result<json::Raw> {
                            gone.wait();
                            return json::Raw{};
                        })},
                  quick());
    const Id id = add(database(), "a");
    worker.start();
    ASSERT_TRUE(becomes(id, "running"));
    // Longer than its lease, behind which another worker would have taken it.
    const auto end = std::chrono::steady_clock::now() + 4s;
    while (std::chrono::steady_clock::now() < end) {
        EXPECT_TRUE(queue::claim_all(database(), {"a"}).empty());
        std::this_thread::sleep_for(20ms);
    }
    go.set_value();
    ASSERT_TRUE(becomes(id, "done"));
    EXPECT_EQ(get(database(), id).attempts, 1);
}

TEST_P(WorkerRun, a_job_that_lost_its_lease_stops_and_its_effect_is_refused) {
    std::promise<Result<>> refused;
    Worker worker(database(),
                  {kind("a",
                        [&](JobContext& context) -> Result<json::Raw> {
                            if (context.job().attempts > 1)
                                return Error{Errc::unavailable, "the second time"};
                            const auto stopped = until_stopped(context);
                            refused.set_value(context.finish_with([](Tx& tx) -> Result<json::Raw> {
                                BIFROST_CHECK(leave_effect(tx, "of a zombie"));
                                return json::Raw{};
                            }));
                            return stopped;
                        })},
                  quick(1));
    const Id id = add(database(), "a");
    worker.start();
    ASSERT_TRUE(becomes(id, "running"));
    // As another worker would after the lease: it takes the job, with a fence of its own.
    queue::pretend(database(), "update job set fence = fence + 1, worker = 'another' where id = $1",
                   database::make_params(id));
    auto future = refused.get_future();
    ASSERT_EQ(future.wait_for(20s), std::future_status::ready);
    EXPECT_EQ(queue::code_of(future.get()), Errc::conflict);
    EXPECT_EQ(effects(database()), 0);
}

TEST_P(WorkerRun, a_running_job_that_is_cancelled_stops) {
    Worker worker(database(), {kind("a", until_stopped)}, quick());
    const Id id = add(database(), "a");
    worker.start();
    ASSERT_TRUE(becomes(id, "running"));
    ASSERT_TRUE(database().write([&](Tx& tx) { return queue::cancel_job(tx, id); }));
    ASSERT_TRUE(becomes(id, "cancelled"));
}

TEST_P(WorkerRun, progress_can_be_seen_while_the_job_runs) {
    Worker worker(database(),
                  {kind("a",
                        [](JobContext& context) {
                            context.progress(0.375);
                            return until_stopped(context);
                        })},
                  quick());
    const Id id = add(database(), "a");
    worker.start();
    EXPECT_TRUE(comes_true([&] { return get(database(), id).progress == 0.375; }));
}

TEST_P(WorkerRun, draining_gives_back_what_stops_and_takes_no_more) {
    Worker worker(database(), {kind("a", until_stopped)}, quick(1));
    const Id first = add(database(), "a");
    worker.start();
    ASSERT_TRUE(becomes(first, "running"));
    const Id second = add_and_ring("a");
    EXPECT_TRUE(worker.drain(20s));
    EXPECT_EQ(get(database(), first).state, "queued");
    EXPECT_EQ(get(database(), first).attempts, 0) << "it costs no attempt";
    EXPECT_EQ(get(database(), second).attempts, 0);
}

TEST_P(WorkerRun, draining_takes_a_job_back_from_a_function_that_does_not_listen) {
    std::promise<void> go;
    std::promise<Result<>> ended;
    Worker worker(database(),
                  {kind("a",
                        [&](JobContext& context) -> Result<json::Raw> {
                            go.get_future().wait();
                            ended.set_value(context.finish_with([](Tx& tx) -> Result<json::Raw> {
                                BIFROST_CHECK(leave_effect(tx, "too late"));
                                return json::Raw{};
                            }));
                            return json::Raw{};
                        })},
                  quick());
    const Id id = add(database(), "a");
    worker.start();
    ASSERT_TRUE(becomes(id, "running"));
    EXPECT_FALSE(worker.drain(50ms));
    EXPECT_EQ(state(id), "queued") << "others may have it at once";
    go.set_value();
    EXPECT_EQ(queue::code_of(ended.get_future().get()), Errc::conflict);
    EXPECT_TRUE(comes_true([&] { return worker.drain(0ms); }));
    EXPECT_EQ(state(id), "queued");
    EXPECT_EQ(effects(database()), 0);
}

TEST_P(WorkerRun, a_kind_runs_at_most_as_often_as_it_may_and_all_together_fill_the_rest) {
    std::mutex mutex;
    std::map<std::string, int> now;
    std::map<std::string, int> most;
    std::promise<void> go;
    const std::shared_future<void> gone = go.get_future().share();
    const auto run = [&](JobContext& context) -> Result<json::Raw> {
        {
            const std::lock_guard lock(mutex);
            most[context.job().kind] = std::max(most[context.job().kind], ++now[context.job().kind]);
        }
        gone.wait();
        const std::lock_guard lock(mutex);
        --now[context.job().kind];
        return json::Raw{};
    };
    JobKind limited = kind("limited", run);
    limited.most_at_once = 1;
    Worker worker(database(), {limited, kind("free", run)}, quick(3));
    std::vector<Id> ids;
    for (int i = 0; i < 4; ++i) ids.push_back(add(database(), "limited", 5));
    for (int i = 0; i < 4; ++i) ids.push_back(add(database(), "free"));
    worker.start();
    EXPECT_TRUE(comes_true([&] {
        const std::lock_guard lock(mutex);
        return now["limited"] == 1 && now["free"] == 2;
    }));
    go.set_value();
    for (const Id& id : ids) EXPECT_TRUE(becomes(id, "done"));
    EXPECT_EQ(most["limited"], 1);
    EXPECT_LE(most["free"], 3);
}

TEST_P(WorkerRun, a_notified_worker_does_not_wait_for_its_next_poll) {
    Worker worker(database(), {kind("a", [](JobContext&) -> Result<json::Raw> { return json::Raw{}; })},
                  {2, 3600s, 30s, "test"});
    worker.start();
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(becomes(add_and_ring("a"), "done"));
    EXPECT_LT(worker.last_tick_age(), 60s);
}

TEST_P(WorkerRun, jobs_of_another_process_are_found_by_polling) {
    Worker worker(database(), {kind("a", [](JobContext&) -> Result<json::Raw> { return json::Raw{}; })},
                  quick());
    worker.start();
    const auto other = open_another();
    EXPECT_TRUE(becomes(add(*other, "a"), "done"));
}

TEST_P(WorkerRun, a_recurring_job_is_made_once_for_all_workers_and_again_when_it_is_done) {
    std::atomic<int> runs{0};
    JobKind tidy = kind("tidy", [&](JobContext&) -> Result<json::Raw> {
        ++runs;
        return json::Raw{};
    });
    tidy.every = 1s;
    const auto other = open_another();
    const Timestamp begin = Timestamp::now();
    Worker first(database(), {tidy}, quick());
    Worker second(*other, {tidy}, quick());
    first.start();
    second.start();
    ASSERT_TRUE(comes_true([&] { return runs >= 3; }));
    first.drain(10s);
    second.drain(10s);
    const std::int64_t seconds = (Timestamp::now().micros - begin.micros) / 1'000'000 + 1;
    EXPECT_LE(runs, seconds + 1) << "two workers make no more than one";
    const auto waiting = database().read([](Tx& tx) { return queue::find_waiting_job(tx, "every:tidy"); });
    ASSERT_TRUE(waiting);
    if (*waiting) {
        EXPECT_EQ(get(database(), **waiting).run_at.micros % 1'000'000, 0);
    }
}

TEST_P(WorkerRun, a_job_that_waits_for_its_children_holds_no_thread_and_is_run_again) {
    Worker worker(database(),
                  {kind("parent",
                        [](JobContext& context) -> Result<json::Raw> {
                            const Id id = context.job().id;
                            BIFROST_ASSIGN(const auto children, context.database().read([&](Tx& tx) {
                                return queue::count_children(tx, id);
                            }));
                            if (!children.empty()) return json::Raw{std::to_string(children.at("done"))};
                            queue::JobSpec child;
                            child.kind = "child";
                            child.parent_id = id;
                            BIFROST_CHECK(context.wait_for_children([&](Tx& tx) -> Result<> {
                                BIFROST_CHECK(queue::enqueue_all(tx, {child, child, child}));
                                return {};
                            }));
                            return json::Raw{};
                        }),
                   kind("child",
                        [](JobContext& context) -> Result<json::Raw> {
                            BIFROST_CHECK(context.finish_with([&](Tx& tx) -> Result<json::Raw> {
                                BIFROST_CHECK(leave_effect(tx, context.job().id.text()));
                                return json::Raw{};
                            }));
                            return json::Raw{};
                        })},
                  quick(1)); // a parent that kept its thread would wait forever
    worker.start();
    const Id parent = add_and_ring("parent");
    ASSERT_TRUE(becomes(parent, "done"));
    EXPECT_EQ(get(database(), parent).result->text, "3");
    EXPECT_EQ(effects(database()), 3);
}

TEST_P(WorkerRun, two_workers_that_are_given_the_same_job_commit_it_once) {
    // Both are in the job at the same time: the second one took it over while the first one still ran.
    std::promise<void> go;
    const std::shared_future<void> gone = go.get_future().share();
    std::atomic<int> inside{0};
    std::atomic<int> refused{0};
    const auto run = [&](JobContext& context) -> Result<json::Raw> {
        ++inside;
        gone.wait();
        const auto done = context.finish_with([&](Tx& tx) -> Result<json::Raw> {
            BIFROST_CHECK(leave_effect(tx, std::to_string(context.job().attempts)));
            return json::Raw{};
        });
        if (done) return json::Raw{};
        ++refused;
        return done.error();
    };
    const auto other = open_another();
    Worker first(database(), {kind("a", run)}, {1, 20ms, 30s, "first"});
    const Id id = add(database(), "a");
    first.start();
    ASSERT_TRUE(comes_true([&] { return inside == 1; }));
    queue::pretend(database(), "update job set lease_expires_at = 1 where id = $1",
                   database::make_params(id));
    Worker second(*other, {kind("a", run)}, {1, 20ms, 30s, "second"});
    second.start();
    ASSERT_TRUE(comes_true([&] { return inside == 2; }));
    go.set_value();
    ASSERT_TRUE(becomes(id, "done"));
    EXPECT_TRUE(comes_true([&] { return refused == 1; }));
    EXPECT_EQ(effects(database()), 1);
    EXPECT_EQ(get(database(), id).attempts, 2);
}

TEST_P(WorkerRun, how_jobs_ended_and_how_many_wait_is_measured) {
    const std::string name = "measured_" + tests::dialect_name({GetParam(), 0});
    const std::string labels = "{kind=\"" + name + "\",outcome=\"done\"} 1";
    {
        Worker worker(database(), {kind(name, [](JobContext&) -> Result<json::Raw> { return json::Raw{}; })},
                      quick());
        const Id id = add(database(), name);
        const std::string before = metrics::exposition();
        EXPECT_NE(before.find("bifrost_queue_jobs{kind=\"" + name + "\",state=\"queued\"} 1"),
                  std::string::npos);
        worker.start();
        ASSERT_TRUE(becomes(id, "done"));
        EXPECT_TRUE(comes_true(
            [&] { return metrics::exposition().find("bifrost_jobs_total" + labels) != std::string::npos; }));
        const std::string after = metrics::exposition();
        EXPECT_NE(after.find("bifrost_queue_jobs{kind=\"" + name + "\",state=\"queued\"} 0"),
                  std::string::npos);
        EXPECT_NE(after.find("bifrost_job_duration_seconds_count{kind=\"" + name + "\"} 1"),
                  std::string::npos);
    }
    EXPECT_FALSE(metrics::exposition().empty()) << "after the worker is gone";
}

} // namespace
} // namespace bifrost::worker
