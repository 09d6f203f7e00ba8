// The life of a job: keys, failures and backoff, retry, cancel, children, depths, waking.

#include <set>

#include "core/json_reader.hpp"
#include "queue/job_list.hpp"
#include "queue_support.hpp"

namespace bifrost::queue {
namespace {

using namespace std::chrono_literals;

class QueueJob : public tests::DatabaseTest {
  protected:
    Claim claim_one(const std::string& kind = "hash") { return claim_all(database(), {kind}, 1).at(0); }
    Result<Job> retry(const Id& id) {
        return database().write([&](Tx& tx) { return retry_job(tx, id); });
    }
    Result<Job> cancel(const Id& id) {
        return database().write([&](Tx& tx) { return cancel_job(tx, id); });
    }
    JobSpec keyed(const std::string& key) {
        JobSpec spec;
        spec.kind = "hash";
        spec.unique_key = key;
        return spec;
    }
};
INSTANTIATE_FOR_BOTH_DATABASES(QueueJob);

TEST_P(QueueJob, a_job_of_a_transaction_that_fails_never_was) {
    const auto failed = database().write([&](Tx& tx) -> Result<Id> {
        JobSpec spec;
        spec.kind = "hash";
        BIFROST_CHECK(enqueue(tx, spec));
        return Error{Errc::invalid, "something else was wrong"};
    });
    EXPECT_EQ(code_of(failed), Errc::invalid);
    EXPECT_TRUE(claim_all(database(), {"hash"}).empty());
}

TEST_P(QueueJob, a_key_is_held_while_its_job_waits_runs_or_will_be_tried_again) {
    const Id id = add(database(), keyed("k"));
    EXPECT_EQ(add(database(), keyed("k")), id) << "queued";
    EXPECT_NE(add(database(), keyed("other")), id);
    const Claim first = claim_all(database(), {"hash"}, 1).at(0);
    ASSERT_EQ(first.job.id, id);
    EXPECT_EQ(add(database(), keyed("k")), id) << "running";
    ASSERT_TRUE(fail(database(), first, "no luck"));
    EXPECT_EQ(add(database(), keyed("k")), id) << "failed";
    ASSERT_TRUE(cancel(id));
    const Id next = add(database(), keyed("k"));
    EXPECT_NE(next, id) << "cancelled";
    EXPECT_EQ(*database().read([&](Tx& tx) { return find_waiting_job(tx, "k"); }), next);
    pretend(database(), "update job set state = 'done' where id = $1", database::make_params(next));
    EXPECT_FALSE(*database().read([&](Tx& tx) { return find_waiting_job(tx, "k"); }));
}

TEST_P(QueueJob, racing_for_a_key_makes_one_job) {
    const auto other = open_another();
    for (int round = 0; round < 5; ++round) {
        std::mutex mutex;
        std::set<Id> ids;
        std::vector<std::thread> threads;
        for (int i = 0; i < 6; ++i) {
            threads.emplace_back([&, i] {
                const Id id = add(i % 2 == 0 ? database() : *other, keyed("race " + std::to_string(round)));
                const std::lock_guard lock(mutex);
                ids.insert(id);
            });
        }
        for (auto& thread : threads) thread.join();
        EXPECT_EQ(ids.size(), 1U);
    }
    EXPECT_EQ(claim_all(database(), {"hash"}).size(), 5U);
}

TEST_P(QueueJob, a_failed_job_comes_back_after_a_backoff_that_doubles) {
    const Id id = add(database(), "hash");
    for (const double seconds : {2.0, 4.0, 8.0}) {
        const Claim claim = claim_one();
        const Timestamp before = Timestamp::now();
        EXPECT_EQ(*fail(database(), claim, "the disk hiccuped"), "failed");
        const Timestamp after = Timestamp::now();
        const Job job = get(database(), id);
        EXPECT_EQ(job.state, "failed");
        EXPECT_EQ(job.error, "the disk hiccuped");
        EXPECT_FALSE(job.finished_at);
        EXPECT_GE(job.run_at.micros, before.micros + static_cast<std::int64_t>(seconds * 0.75e6));
        EXPECT_LE(job.run_at.micros, after.micros + static_cast<std::int64_t>(seconds * 1.25e6) + 1);
        EXPECT_TRUE(claim_all(database(), {"hash"}).empty()) << "not before its time";
        pretend(database(), "update job set run_at = 0");
    }
}

TEST_P(QueueJob, no_backoff_is_longer_than_an_hour) {
    JobSpec spec;
    spec.kind = "hash";
    spec.max_attempts = 100;
    const Id id = add(database(), spec);
    pretend(database(), "update job set attempts = 70");
    ASSERT_TRUE(fail(database(), claim_one(), "again"));
    const std::int64_t wait = get(database(), id).run_at.micros - Timestamp::now().micros;
    EXPECT_LE(wait, 3600'000'000);
    EXPECT_GE(wait, 2700'000'000 - 10'000'000);
}

TEST_P(QueueJob, after_its_last_attempt_a_job_is_dead) {
    JobSpec spec;
    spec.kind = "hash";
    spec.max_attempts = 1;
    const Id id = add(database(), spec);
    EXPECT_EQ(*fail(database(), claim_one(), "hopeless"), "dead");
    const Job job = get(database(), id);
    EXPECT_EQ(job.state, "dead");
    EXPECT_EQ(job.error, "hopeless");
    EXPECT_TRUE(job.finished_at);
    pretend(database(), "update job set run_at = 0");
    EXPECT_TRUE(claim_all(database(), {"hash"}).empty());
}

TEST_P(QueueJob, retry_gives_a_dead_failed_or_cancelled_job_fresh_attempts) {
    JobSpec spec;
    spec.kind = "hash";
    spec.max_attempts = 1;
    const Id id = add(database(), spec);
    EXPECT_EQ(code_of(retry(id)), Errc::conflict) << "queued";
    const Claim claim = claim_one();
    EXPECT_EQ(code_of(retry(id)), Errc::conflict) << "running";
    ASSERT_TRUE(fail(database(), claim, "hopeless"));
    const auto retried = retry(id);
    ASSERT_TRUE(retried);
    EXPECT_EQ(retried->state, "queued");
    EXPECT_EQ(retried->attempts, 0);
    EXPECT_FALSE(retried->error);
    EXPECT_FALSE(retried->finished_at);
    ASSERT_TRUE(cancel(id));
    const auto uncancelled = retry(id);
    ASSERT_TRUE(uncancelled);
    EXPECT_FALSE(uncancelled->cancel_requested);
    const Claim again = claim_one();
    EXPECT_GT(again.fence, claim.fence);
    EXPECT_EQ(code_of(fail(database(), claim, "the old one")), Errc::conflict);
    ASSERT_TRUE(database().write([&](Tx& tx) { return finish(tx, again, {}); }));
    EXPECT_EQ(code_of(retry(id)), Errc::conflict) << "done";
    EXPECT_EQ(code_of(retry(Id::make())), Errc::not_found);
}

TEST_P(QueueJob, retry_gives_way_to_a_newer_job_with_the_same_key) {
    const Id id = add(database(), keyed("k"));
    ASSERT_TRUE(cancel(id));
    add(database(), keyed("k"));
    const auto refused = retry(id);
    ASSERT_EQ(code_of(refused), Errc::conflict);
    EXPECT_NE(refused.error().detail.find("newer job"), std::string::npos) << refused.error().detail;
}

TEST_P(QueueJob, cancel_ends_a_waiting_job_at_once_and_asks_a_running_one) {
    const Id waiting = add(database(), "hash");
    EXPECT_EQ(cancel(waiting)->state, "cancelled");
    EXPECT_TRUE(cancel(waiting)->finished_at);
    EXPECT_TRUE(claim_all(database(), {"hash"}).empty());

    const Id running = add(database(), "hash");
    const Claim claim = claim_one();
    EXPECT_TRUE(*heartbeat(database(), claim, 0.1, 30s));
    const auto asked = cancel(running);
    ASSERT_TRUE(asked);
    EXPECT_EQ(asked->state, "running");
    EXPECT_TRUE(asked->cancel_requested);
    EXPECT_FALSE(*heartbeat(database(), claim, 0.2, 30s)) << "it shall stop";
    EXPECT_EQ(*fail(database(), claim, "stopped"), "cancelled");
    EXPECT_EQ(get(database(), running).state, "cancelled");
    EXPECT_EQ(code_of(cancel(Id::make())), Errc::not_found);
}

TEST_P(QueueJob, what_is_done_or_dead_cannot_be_cancelled_and_what_ends_first_wins) {
    const Id id = add(database(), "hash");
    const Claim claim = claim_one();
    ASSERT_TRUE(cancel(id));
    ASSERT_TRUE(database().write([&](Tx& tx) { return finish(tx, claim, {}); }));
    EXPECT_EQ(get(database(), id).state, "done");
    EXPECT_EQ(code_of(cancel(id)), Errc::conflict);
    pretend(database(), "update job set state = 'dead'");
    EXPECT_EQ(code_of(cancel(id)), Errc::conflict);
}

TEST_P(QueueJob, a_released_job_is_as_it_was) {
    const Id id = add(database(), "hash");
    const Claim claim = claim_one();
    ASSERT_TRUE(heartbeat(database(), claim, 0.5, 30s));
    ASSERT_TRUE(release(database(), claim));
    const Job job = get(database(), id);
    EXPECT_EQ(job.state, "queued");
    EXPECT_EQ(job.attempts, 0);
    EXPECT_EQ(job.progress, 0);
    EXPECT_FALSE(job.started_at);
    EXPECT_EQ(code_of(release(database(), claim)), Errc::conflict);
    EXPECT_EQ(code_of(heartbeat(database(), claim, 0.5, 30s)), Errc::conflict);
    const Claim next = claim_one();
    ASSERT_TRUE(cancel(id));
    ASSERT_TRUE(release(database(), next));
    EXPECT_EQ(get(database(), id).state, "cancelled");
}

TEST_P(QueueJob, progress_is_kept_between_0_and_1) {
    const Id id = add(database(), "hash");
    const Claim claim = claim_one();
    for (const auto& [told, stored] : {std::pair{-3.0, 0.0}, {0.5, 0.5}, {17.0, 1.0}, {std::nan(""), 0.0}}) {
        ASSERT_TRUE(heartbeat(database(), claim, told, 30s));
        EXPECT_EQ(get(database(), id).progress, stored);
    }
}

TEST_P(QueueJob, children_are_listed_by_their_parent_and_have_lives_of_their_own) {
    const Id parent = add(database(), "ingest");
    JobSpec child;
    child.kind = "hash";
    child.parent_id = parent;
    const Id first = add(database(), child);
    const Id second = add(database(), child);
    add(database(), "hash");
    JobFilter filter;
    filter.visible = [](std::string_view, database::Params&) { return std::string("1 = 1"); };
    filter.parent_id = parent;
    const auto page = database().read([&](Tx& tx) { return list_jobs(tx, {}, filter); });
    ASSERT_TRUE(page) << page.error().detail;
    ASSERT_EQ(page->data.size(), 2U);
    EXPECT_EQ((std::set{page->data[0].id, page->data[1].id}), (std::set{first, second}));
    const Claim claim = claim_one("ingest");
    ASSERT_TRUE(database().write([&](Tx& tx) { return finish(tx, claim, {}); }));
    EXPECT_EQ(get(database(), first).state, "queued");
}

TEST_P(QueueJob, depths_count_what_waits_runs_or_is_dead_and_the_age_of_the_oldest) {
    add(database(), "a");
    const Id old = add(database(), "a");
    pretend(database(), "update job set run_at = $2 where id = $1",
            database::make_params(old, Timestamp::now().plus_seconds(-100)));
    add(database(), "b");
    claim_all(database(), {"b"});
    const Id dead = add(database(), "b");
    const Id done = add(database(), "b");
    pretend(database(), "update job set state = 'dead' where id = $1", database::make_params(dead));
    pretend(database(), "update job set state = 'done' where id = $1", database::make_params(done));
    const auto depths = database().read([](Tx& tx) { return queue_depths(tx); });
    ASSERT_TRUE(depths) << depths.error().detail;
    ASSERT_EQ(depths->size(), 3U);
    EXPECT_EQ((*depths)[0].kind + " " + (*depths)[0].state, "a queued");
    EXPECT_EQ((*depths)[0].count, 2);
    EXPECT_GE((*depths)[0].oldest_age_seconds, 100);
    EXPECT_LT((*depths)[0].oldest_age_seconds, 130);
    EXPECT_EQ((*depths)[1].state, "dead");
    EXPECT_EQ((*depths)[2].state, "running");
}

TEST_P(QueueJob, old_jobs_go_children_first_and_dead_ones_stay) {
    const Id parent = add(database(), "a");
    JobSpec spec;
    spec.kind = "a";
    spec.parent_id = parent;
    add(database(), spec);
    const Id dead = add(database(), "a");
    const Id fresh = add(database(), "a");
    pretend(database(), "update job set state = 'done', finished_at = 1000");
    pretend(database(), "update job set state = 'dead' where id = $1", database::make_params(dead));
    pretend(database(), "update job set finished_at = $2 where id = $1",
            database::make_params(fresh, Timestamp::now()));
    const auto remove = [&] {
        return *database().write(
            [](Tx& tx) { return remove_old_jobs(tx, Timestamp::now().plus_seconds(-60), 10); });
    };
    EXPECT_EQ(remove(), 1);
    EXPECT_EQ(remove(), 1);
    EXPECT_EQ(remove(), 0);
    EXPECT_EQ(get(database(), dead).state, "dead");
    EXPECT_EQ(get(database(), fresh).state, "done");
}

TEST(QueueBell, a_notification_between_looking_and_waiting_is_not_missed) {
    const std::uint64_t seen = notifications();
    notify_workers();
    const auto start = std::chrono::steady_clock::now();
    wait_for_jobs(seen, 20s);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
    wait_for_jobs(notifications(), 1ms);
    std::thread ringing([] { notify_workers(); });
    wait_for_jobs(seen + 1, 20s);
    ringing.join();
    EXPECT_GE(notifications(), seen + 2);
}

} // namespace
} // namespace bifrost::queue
