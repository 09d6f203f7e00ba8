// Parents that wait for their children, and jobs that end in groups.

#include "queue_support.hpp"

namespace bifrost::queue {
namespace {

using namespace std::chrono_literals;

class QueueFamily : public tests::DatabaseTest {
  protected:
    Claim claim_one(const std::string& kind) { return claim_all(database(), {kind}, 1).at(0); }
    bool is_due(const std::string& kind) { return !claim_all(database(), {kind}, 1).empty(); }

    /// A parent that waits for so many children, which are queued.
    Id waiting_parent(int children) {
        const Id parent = add(database(), "parent");
        const Claim claim = claim_one("parent");
        const auto done = database().write([&](Tx& tx) -> Result<> {
            BIFROST_CHECK(enqueue_all(tx, children_of(parent, children)));
            return wait_for_children(tx, claim);
        });
        if (!done) throw std::runtime_error(done.error().detail);
        return parent;
    }
    static std::vector<JobSpec> children_of(const Id& parent, int count) {
        JobSpec spec;
        spec.kind = "child";
        spec.parent_id = parent;
        spec.max_attempts = 1;
        return std::vector<JobSpec>(static_cast<std::size_t>(count), spec);
    }
    Result<> end(const Claim& claim) {
        return database().write([&](Tx& tx) { return finish(tx, claim, {}); });
    }
};
INSTANTIATE_FOR_BOTH_DATABASES(QueueFamily);

TEST_P(QueueFamily, who_lost_the_lease_can_not_wait_and_its_children_never_were) {
    const Id parent = add(database(), "parent");
    Claim claim = claim_one("parent");
    claim.fence -= 1;
    const auto done = database().write([&](Tx& tx) -> Result<> {
        BIFROST_CHECK(enqueue_all(tx, children_of(parent, 2)));
        return wait_for_children(tx, claim);
    });
    EXPECT_EQ(code_of(done), Errc::conflict);
    EXPECT_FALSE(is_due("child"));
    EXPECT_EQ(get(database(), parent).state, "running");
}

TEST_P(QueueFamily, a_parent_is_due_when_its_last_child_has_ended_and_pays_no_attempt) {
    const Id parent = waiting_parent(2);
    EXPECT_EQ(get(database(), parent).state, "queued");
    EXPECT_FALSE(is_due("parent"));
    ASSERT_TRUE(end(claim_one("child")));
    EXPECT_FALSE(is_due("parent")) << "one still waits";
    ASSERT_TRUE(end(claim_one("child")));
    const Claim again = claim_one("parent");
    EXPECT_EQ(again.job.id, parent);
    EXPECT_EQ(again.job.attempts, 1);
    EXPECT_EQ(*database().read([&](Tx& tx) { return count_children(tx, parent); }),
              (std::map<std::string, std::int64_t>{{"done", 2}}));
}

TEST_P(QueueFamily, every_way_of_ending_counts) {
    const Id parent = waiting_parent(4);
    const Claim dead = claim_one("child");
    ASSERT_EQ(*fail(database(), dead, "broken"), "dead");
    const Claim cancelled = claim_one("child");
    ASSERT_TRUE(database().write([&](Tx& tx) { return cancel_job(tx, cancelled.job.id); }));
    ASSERT_TRUE(release(database(), cancelled));
    const Claim lost = claim_one("child");
    pretend(database(), "update job set lease_expires_at = 0 where id = $1",
            database::make_params(lost.job.id));
    EXPECT_FALSE(is_due("parent")) << "one is queued, and one is just found to be lost";
    EXPECT_EQ(get(database(), lost.job.id).state, "dead");
    const Claim last = claim_one("child");
    ASSERT_TRUE(release(database(), last));
    EXPECT_FALSE(is_due("parent"));
    ASSERT_TRUE(database().write([&](Tx& tx) { return cancel_job(tx, last.job.id); }));
    EXPECT_EQ(claim_one("parent").job.id, parent);
}

TEST_P(QueueFamily, a_worker_that_dies_with_the_last_child_wakes_the_parent_all_the_same) {
    waiting_parent(1);
    const Claim lost = claim_one("child");
    pretend(database(), "update job set lease_expires_at = 0 where id = $1",
            database::make_params(lost.job.id));
    EXPECT_TRUE(comes_true([&] { return is_due("parent"); }));
}

TEST_P(QueueFamily, a_child_that_will_be_tried_again_has_not_ended) {
    waiting_parent(1);
    pretend(database(), "update job set max_attempts = 2 where kind = 'child'");
    ASSERT_EQ(*fail(database(), claim_one("child"), "not yet"), "failed");
    EXPECT_FALSE(is_due("parent"));
}

TEST_P(QueueFamily, without_children_there_is_nothing_to_wait_for) {
    waiting_parent(0);
    EXPECT_TRUE(is_due("parent"));
}

TEST_P(QueueFamily, a_parent_that_is_to_be_cancelled_does_not_wait) {
    const Id parent = add(database(), "parent");
    const Claim claim = claim_one("parent");
    ASSERT_TRUE(database().write([&](Tx& tx) { return cancel_job(tx, parent); }));
    ASSERT_TRUE(database().write([&](Tx& tx) -> Result<> {
        BIFROST_CHECK(enqueue_all(tx, children_of(parent, 1)));
        return wait_for_children(tx, claim);
    }));
    EXPECT_EQ(get(database(), parent).state, "cancelled");
}

TEST_P(QueueFamily, last_children_that_end_at_the_same_time_wake_their_parent) {
    constexpr int kRounds = 10;
    const auto other = open_another();
    for (int round = 0; round < kRounds; ++round) {
        waiting_parent(2);
        const Claim first = claim_one("child");
        const Claim second = claim_one("child");
        std::thread beside(
            [&] { EXPECT_TRUE(other->write([&](Tx& tx) { return finish(tx, second, {}); })); });
        EXPECT_TRUE(end(first));
        beside.join();
        ASSERT_TRUE(is_due("parent")) << round;
    }
}

TEST_P(QueueFamily, a_group_ends_at_once_and_one_that_was_lost_harms_no_other) {
    const Id parent = waiting_parent(3);
    const auto claims = claim_all(database(), {"child"});
    ASSERT_EQ(claims.size(), 3U);
    pretend(database(), "update job set fence = fence + 1 where id = $1",
            database::make_params(claims[1].job.id));
    std::vector<Finished> jobs;
    for (const auto& claim : claims) jobs.push_back({&claim, {R"({"ok":true})"}});
    const auto outcomes = finish_all(database(), jobs);
    ASSERT_EQ(outcomes.size(), 3U);
    EXPECT_TRUE(outcomes[0]);
    EXPECT_EQ(code_of(outcomes[1]), Errc::conflict);
    EXPECT_TRUE(outcomes[2]);
    EXPECT_EQ(get(database(), claims[2].job.id).result->text, R"({"ok":true})");
    EXPECT_EQ(get(database(), claims[1].job.id).state, "running");
    EXPECT_FALSE(is_due("parent"));
    pretend(database(), "update job set fence = fence - 1 where id = $1",
            database::make_params(claims[1].job.id));
    for (const auto& outcome : finish_all(database(), {{&claims[1], {}}})) EXPECT_TRUE(outcome);
    EXPECT_EQ(claim_one("parent").job.id, parent);
}

TEST_P(QueueFamily, jobs_with_a_key_are_not_enqueued_in_groups) {
    JobSpec spec;
    spec.kind = "a";
    spec.unique_key = "k";
    EXPECT_EQ(code_of(database().write([&](Tx& tx) { return enqueue_all(tx, {spec}); })), Errc::internal);
}

} // namespace
} // namespace bifrost::queue
