// The same change to many tasks at once.

#include "task_support.hpp"

namespace bifrost::tests {
namespace {

using boost::json::array;
using boost::json::object;
using testing::ElementsAre;
using testing::HasSubstr;

class TaskBulk : public TaskTest {
  protected:
    void SetUp() override {
        TaskTest::SetUp();
        for (const char* name : {"A", "B", "C"}) tasks_.push_back(make_task({{"name", name}}));
    }
    Result<workflow::BulkOutcome> try_bulk(const access::Actor& actor, const std::string& rest) {
        std::vector<Id> ids;
        for (const auto& one : tasks_) ids.push_back(one.id);
        return try_write(actor, [&](access::Call& call) {
            return workflow::bulk(
                call, "bar", json_of(R"({"kind": "task", "ids": )" + json::to_json(ids) + ", " + rest + "}"));
        });
    }
    std::vector<task::Task> tasks_;
};
INSTANTIATE_FOR_BOTH_DATABASES(TaskBulk);

TEST_P(TaskBulk, bad_values_are_refused) {
    for (const std::string rest :
         {R"("set": {})", R"("set": {"priority": "max"})", R"("set": {"due_date": "soon"})",
          R"("set": {"shift_days": 99999})", R"("set": {"assignees": ["owner"]})",
          R"("set": {"status": "approved"})", R"("set": {"assignees": {"add": ["nobody"]}})",
          R"("set": {"name": "same for all"})"})
        EXPECT_ERROR(try_bulk(owner_, rest), Errc::invalid);
    EXPECT_ERROR(try_bulk(with_role(bar_.id, "artist"), R"("set": {"priority": "low"})"), Errc::forbidden);
    EXPECT_EQ(get(tasks_[0].id).revision, 1);
}

TEST_P(TaskBulk, what_would_end_before_it_begins_stops_all) {
    must(try_update(tasks_[1].id, object{{"start_date", "2026-05-01"}}));
    const auto refused = try_bulk(owner_, R"("set": {"due_date": "2026-04-01"})");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_EQ(json_of(member_of(refused.error(), "conflicts")).as_array().size(), 1U);
    EXPECT_EQ(get(tasks_[0].id).due_date, std::nullopt);
}

TEST_P(TaskBulk, dates_move_and_people_change) {
    const auto artist = with_role(bar_.id, "artist");
    must(try_update(tasks_[0].id, object{{"start_date", "2026-02-27"}, {"assignees", array{"owner"}}}));
    const auto done = must(
        try_bulk(owner_, R"("set": {"shift_days": 2, "bid_minutes": 60, "assignees": {"remove": ["owner"],
        "add": [")" + artist.code +
                             R"("]}})"));
    EXPECT_EQ(done.changed, 3);
    EXPECT_EQ(get(tasks_[0].id).start_date, "2026-03-01");
    EXPECT_EQ(get(tasks_[0].id).assignees.text, json::to_json(std::vector<Id>{artist.user_id}));
    EXPECT_EQ(get(tasks_[2].id).bid_minutes, 60);
    EXPECT_THAT(names({.assignee = artist.code}), testing::SizeIs(3));
}

TEST_P(TaskBulk, moves_count_retakes_and_write_one_event_each) {
    must(try_bulk(owner_, R"("transition": {"to": "in_progress"})"));
    must(try_bulk(owner_, R"("transition": {"to": "review"})"));
    const auto before = actions().size();
    must(try_bulk(owner_, R"("transition": {"to": "retake", "comment": "Too slow."})"));
    EXPECT_EQ(actions().size(), before + 3);
    for (const auto& one : tasks_) {
        EXPECT_EQ(get(one.id).retakes, 1);
        EXPECT_EQ(get(one.id).status, "retake");
        EXPECT_EQ(get(one.id).revision, 4);
    }
    EXPECT_THAT(events().back().patch.text, HasSubstr("Too slow."));
    must(try_bulk(owner_, R"("transition": {"to": "approved"})"));
    EXPECT_TRUE(get(tasks_[0].id).closed_at);
}

TEST_P(TaskBulk, many_events_are_the_same_as_few) {
    // More than go in one statement, with texts that JSON has to escape.
    const auto many = write(owner_, [&](access::Call& call) -> Result<int> {
        for (int i = 0; i < 2100; ++i)
            call.changes.add({"test.happened", i % 2 ? std::optional(bar_.id) : std::nullopt, "test", bar_.id,
                              R"({"after":{"n":)" + std::to_string(i) + R"(,"t":"\"\\\u0001é"}})"});
        return 2100;
    });
    std::vector<events::Event> found;
    std::optional<events::Position> since;
    for (bool more = true; more;) {
        const auto page =
            read([&](database::Tx& tx) { return events::list_events(tx, since, 1000, {.kinds = {"test"}}); });
        found.insert(found.end(), page.events.begin(), page.events.end());
        since = page.position;
        more = page.more;
    }
    ASSERT_EQ(found.size(), static_cast<std::size_t>(many));
    for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_EQ(found[i].position.number, static_cast<std::int64_t>(i));
        EXPECT_EQ(found[i].patch.text, R"({"after":{"n":)" + std::to_string(i) + R"(,"t":"\"\\\u0001é"}})");
        EXPECT_EQ(found[i].project_id.has_value(), i % 2 == 1);
        EXPECT_EQ(found[i].actor_id, owner_.user_id);
    }
}

} // namespace
} // namespace bifrost::tests
