// Who gets which job: leases, fences, priorities, and claimers that race.

#include <set>

#include "queue_support.hpp"

namespace bifrost::queue {
namespace {

using namespace std::chrono_literals;

class QueueClaim : public tests::DatabaseTest {
  protected:
    /// Takes the job from its worker, as if that were gone for longer than the lease.
    void let_the_lease_run_out(const Id& id) {
        pretend(database(), "update job set lease_expires_at = $2 where id = $1",
                database::make_params(id, Timestamp::now().plus_seconds(-1)));
    }
};
INSTANTIATE_FOR_BOTH_DATABASES(QueueClaim);

TEST_P(QueueClaim, two_claimers_never_get_the_same_job) {
    constexpr int kJobs = 120;
    for (int i = 0; i < kJobs; ++i) add(database(), "hash", i % 3);
    const auto other = open_another();
    std::mutex mutex;
    std::multiset<Id> taken;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&, i] {
            Database& mine = i % 2 == 0 ? database() : *other;
            while (true) {
                const auto claims = claim_all(mine, {"hash"}, 3);
                if (claims.empty()) return;
                const std::lock_guard lock(mutex);
                for (const auto& one : claims) taken.insert(one.job.id);
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(taken.size(), kJobs);
    EXPECT_EQ(std::set<Id>(taken.begin(), taken.end()).size(), kJobs);
}

TEST_P(QueueClaim, an_expired_lease_can_be_claimed_again_and_counts_as_an_attempt) {
    const Id id = add(database(), "hash");
    ASSERT_EQ(claim_all(database(), {"hash"}).size(), 1U);
    EXPECT_TRUE(claim_all(database(), {"hash"}).empty()) << "while the lease lasts";
    let_the_lease_run_out(id);
    const auto again = claim_all(database(), {"hash"});
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].job.id, id);
    EXPECT_EQ(again[0].job.attempts, 2);
    EXPECT_EQ(again[0].job.error, "The worker that ran it is gone.");
}

TEST_P(QueueClaim, a_short_lease_runs_out_by_itself) {
    add(database(), "hash");
    const auto first = claim_all(database(), {"hash"}, 1, 50ms);
    ASSERT_EQ(first.size(), 1U);
    std::vector<Claim> second;
    ASSERT_TRUE(comes_true([&] { return !(second = claim_all(database(), {"hash"})).empty(); }));
    EXPECT_EQ(second[0].job.id, first[0].job.id);
    EXPECT_GT(second[0].fence, first[0].fence);
}

TEST_P(QueueClaim, who_lost_the_lease_can_do_nothing_to_the_job_any_more) {
    const Id id = add(database(), "hash");
    const Claim zombie = claim_all(database(), {"hash"}).at(0);
    let_the_lease_run_out(id);
    const Claim owner = claim_all(database(), {"hash"}).at(0);

    EXPECT_EQ(code_of(heartbeat(database(), zombie, 0.5, 30s)), Errc::conflict);
    EXPECT_EQ(code_of(fail(database(), zombie, "too late")), Errc::conflict);
    EXPECT_EQ(code_of(release(database(), zombie)), Errc::conflict);
    const auto finished = database().write([&](Tx& tx) -> Result<> {
        BIFROST_CHECK(leave_effect(tx, "of the zombie"));
        return finish(tx, zombie, {R"({"by":"zombie"})"});
    });
    EXPECT_EQ(code_of(finished), Errc::conflict);
    EXPECT_EQ(effects(database()), 0) << "its effect is undone with it";

    EXPECT_TRUE(*heartbeat(database(), owner, 0.5, 30s));
    ASSERT_TRUE(database().write([&](Tx& tx) -> Result<> {
        BIFROST_CHECK(leave_effect(tx, "of the owner"));
        return finish(tx, owner, {R"({"by":"owner"})"});
    }));
    EXPECT_EQ(effects(database()), 1);
    const Job job = get(database(), id);
    EXPECT_EQ(job.state, "done");
    EXPECT_EQ(job.progress, 1);
    EXPECT_EQ(job.result->text, R"({"by":"owner"})");
    EXPECT_TRUE(job.finished_at);
}

TEST_P(QueueClaim, a_job_is_finished_once) {
    add(database(), "hash");
    const Claim claim = claim_all(database(), {"hash"}).at(0);
    ASSERT_TRUE(database().write([&](Tx& tx) { return finish(tx, claim, {}); }));
    EXPECT_EQ(code_of(database().write([&](Tx& tx) { return finish(tx, claim, {}); })), Errc::conflict);
    EXPECT_EQ(code_of(fail(database(), claim, "no")), Errc::conflict);
    EXPECT_TRUE(claim_all(database(), {"hash"}).empty());
}

TEST_P(QueueClaim, a_lease_that_ran_out_is_kept_as_long_as_nobody_else_came) {
    const Id id = add(database(), "hash");
    const Claim claim = claim_all(database(), {"hash"}).at(0);
    let_the_lease_run_out(id);
    EXPECT_TRUE(*heartbeat(database(), claim, 0.25, 30s));
    EXPECT_TRUE(claim_all(database(), {"hash"}).empty());
    EXPECT_EQ(get(database(), id).progress, 0.25);
}

TEST_P(QueueClaim, a_job_whose_workers_keep_dying_is_dead_in_the_end) {
    JobSpec spec;
    spec.kind = "hash";
    spec.max_attempts = 2;
    const Id id = add(database(), spec);
    for (int attempt = 1; attempt <= 2; ++attempt) {
        ASSERT_EQ(claim_all(database(), {"hash"}).size(), 1U) << attempt;
        let_the_lease_run_out(id);
    }
    EXPECT_TRUE(claim_all(database(), {"hash"}).empty());
    const Job job = get(database(), id);
    EXPECT_EQ(job.state, "dead");
    EXPECT_TRUE(job.finished_at);
    EXPECT_EQ(job.error, "The worker that ran it is gone.");
}

TEST_P(QueueClaim, a_job_that_was_to_be_cancelled_is_not_run_again_when_its_worker_dies) {
    const Id id = add(database(), "hash");
    claim_all(database(), {"hash"});
    ASSERT_TRUE(database().write([&](Tx& tx) { return cancel_job(tx, id); }));
    let_the_lease_run_out(id);
    EXPECT_TRUE(claim_all(database(), {"hash"}).empty());
    EXPECT_EQ(get(database(), id).state, "cancelled");
}

TEST_P(QueueClaim, higher_priority_comes_first_whatever_the_kind_then_the_longest_due) {
    const Id late = add(database(), "a");
    const Id urgent = add(database(), "b", 10);
    const Id early = add(database(), "a");
    pretend(database(), "update job set run_at = $2 where id = $1",
            database::make_params(early, Timestamp{1000}));
    const Id low = add(database(), "b", -1);
    std::vector<Id> order;
    for (int i = 0; i < 4; ++i) order.push_back(claim_all(database(), {"a", "b"}, 1).at(0).job.id);
    EXPECT_EQ(order, (std::vector{urgent, early, late, low}));
}

TEST_P(QueueClaim, many_claimed_at_once_come_in_order) {
    std::vector<Id> ids;
    for (int i = 0; i < 10; ++i) ids.push_back(add(database(), i % 2 == 0 ? "a" : "b", i));
    const auto claims = claim_all(database(), {"b", "a"}, 6);
    ASSERT_EQ(claims.size(), 6U);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(claims[i].job.id, ids[9 - i]);
}

TEST_P(QueueClaim, only_kinds_that_the_worker_knows_are_claimed) {
    add(database(), "other, \"kind\"");
    EXPECT_TRUE(claim_all(database(), {"hash", "other"}).empty());
    EXPECT_TRUE(claim_all(database(), {}).empty());
    EXPECT_EQ(claim_all(database(), {"other, \"kind\""}).size(), 1U);
}

TEST_P(QueueClaim, limits_of_a_kind_hold_within_one_claim) {
    for (int i = 0; i < 5; ++i) add(database(), "scrub", 10);
    for (int i = 0; i < 5; ++i) add(database(), "hash");
    add(database(), "never", 20);
    const auto claims =
        claim(database(), {"test", {"scrub", "hash", "never"}, 4, 30s, {{"scrub", 2}, {"never", 0}}});
    ASSERT_TRUE(claims);
    std::map<std::string, int> count;
    for (const auto& one : *claims) ++count[one.job.kind];
    EXPECT_EQ(count, (std::map<std::string, int>{{"scrub", 2}, {"hash", 2}}));
}

TEST_P(QueueClaim, a_job_for_later_waits_for_its_time) {
    JobSpec spec;
    spec.kind = "hash";
    spec.run_at = Timestamp::now().plus_seconds(3600);
    const Id id = add(database(), spec);
    EXPECT_TRUE(claim_all(database(), {"hash"}).empty());
    pretend(database(), "update job set run_at = $2 where id = $1",
            database::make_params(id, Timestamp::now()));
    EXPECT_EQ(claim_all(database(), {"hash"}).size(), 1U);
}

TEST_P(QueueClaim, a_claim_tells_everything_about_the_job) {
    const Id parent = add(database(), "parent");
    JobSpec spec;
    spec.kind = "hash";
    spec.payload = {R"({"upload":"x"})"};
    spec.project_id = Id::make();
    spec.created_by = Id::make();
    spec.parent_id = parent;
    spec.priority = 7;
    spec.max_attempts = 3;
    const Id id = add(database(), spec);
    const Claim claim = claim_all(database(), {"hash"}).at(0);
    EXPECT_GT(claim.fence, 0);
    EXPECT_EQ(claim.job.id, id);
    EXPECT_EQ(claim.job.payload, spec.payload);
    EXPECT_EQ(claim.job.project_id, spec.project_id);
    EXPECT_EQ(claim.job.created_by, spec.created_by);
    EXPECT_EQ(claim.job.parent_id, parent);
    EXPECT_EQ(claim.job.priority, 7);
    EXPECT_EQ(claim.job.max_attempts, 3);
    EXPECT_EQ(claim.job.attempts, 1);
    EXPECT_EQ(claim.job.state, "running");
    EXPECT_TRUE(claim.job.started_at);
    EXPECT_FALSE(claim.job.finished_at);
}

TEST_P(QueueClaim, a_job_that_another_transaction_holds_is_passed_over) {
    if (dialect() == database::Dialect::sqlite)
        return; // its writers take turns; there is nothing to pass over
    const Id held = add(database(), "hash", 5);
    const Id free = add(database(), "hash");
    const auto other = open_another();
    const auto done = other->write([&](Tx& tx) -> Result<> {
        BIFROST_CHECK(cancel_job(tx, held));
        const auto claims = claim_all(database(), {"hash"});
        EXPECT_EQ(claims.size(), 1U) << "without waiting";
        EXPECT_TRUE(!claims.empty() && claims[0].job.id == free);
        return {};
    });
    EXPECT_TRUE(done);
}

} // namespace
} // namespace bifrost::queue
