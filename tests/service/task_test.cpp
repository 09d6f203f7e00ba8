// Tasks: what is refused first, then what works.

#include <thread>

#include "task_support.hpp"

namespace bifrost::tests {
namespace {

using boost::json::array;
using boost::json::object;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class TaskWrite : public TaskTest {};
INSTANTIATE_FOR_BOTH_DATABASES(TaskWrite);

TEST_P(TaskWrite, every_bad_field_is_named_at_once) {
    const auto refused =
        try_task(json_of(R"({"entity_id": "x", "task_type": "juggling", "name": "", "priority": "max",
        "start_date": "2026-02-30", "due_date": 5, "bid_minutes": -1, "assignees": ["nobody"],
        "depends_on": [{"task_id": "y"}], "status": "approved", "colour": 1})")
                     .as_object());
    ASSERT_FALSE(refused);
    EXPECT_THAT(
        pointers(refused.error()),
        testing::IsSupersetOf({"/entity_id", "/name", "/priority", "/start_date", "/due_date", "/bid_minutes",
                               "/assignees/0", "/depends_on/0/task_id", "/status", "/colour", "/task_type"}));
}

TEST_P(TaskWrite, tasks_hang_under_what_their_type_says) {
    auto refused = try_task({{"entity_id", asset_.id.text()}, {"task_type", "animation"}});
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()), ElementsAre("/task_type"));
    refused = try_task({{"entity_id", bar_.id.text()}});
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()), ElementsAre("/entity_id"));
    write(owner_, [&](access::Call& call) { return shot::archive_shot(call, shot_.id, {}); });
    refused = try_task({});
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()), ElementsAre("/entity_id"));
}

TEST_P(TaskWrite, a_due_date_before_the_start_is_refused) {
    auto refused = try_task({{"start_date", "2026-03-02"}, {"due_date", "2026-03-01"}});
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()), ElementsAre("/due_date"));
    const auto made = make_task({{"start_date", "2026-03-02"}, {"due_date", "2026-03-02"}});
    EXPECT_ERROR(try_update(made.id, object{{"due_date", "2026-03-01"}}), Errc::invalid);
}

TEST_P(TaskWrite, only_people_of_the_project_are_given_tasks) {
    const auto nobody = stranger();
    const auto client = with_role(bar_.id, "client");
    const auto artist = with_role(bar_.id, "artist");
    for (const auto& actor : {nobody, client}) {
        const auto refused = try_task({{"assignees", array{actor.code}}});
        ASSERT_FALSE(refused);
        EXPECT_THAT(pointers(refused.error()), ElementsAre("/assignees/0"));
    }
    const auto made = make_task({{"assignees", array{artist.code, artist.user_id.text(), "owner"}}});
    EXPECT_EQ(made.assignees.text, json::to_json(std::vector<Id>{artist.user_id, owner_.user_id}));
}

TEST_P(TaskWrite, viewers_and_artists_make_no_tasks_and_strangers_see_none) {
    const auto viewer = with_role(bar_.id, "viewer");
    const auto artist = with_role(bar_.id, "artist");
    const auto nobody = stranger();
    EXPECT_ERROR(try_task({}, &viewer), Errc::forbidden);
    EXPECT_ERROR(try_task({}, &artist), Errc::forbidden);
    EXPECT_ERROR(try_task({}, &nobody), Errc::not_found);
    const auto made = make_task({{"assignees", array{artist.code}}});
    EXPECT_ERROR(try_update(made.id, object{{"name", "x"}}, &artist), Errc::forbidden);
    EXPECT_ERROR(database().read([&](database::Tx& tx) { return task::get_task(tx, nobody, made.id); }),
                 Errc::not_found);
}

TEST_P(TaskWrite, one_task_of_a_type_and_name_on_an_entity) {
    make_task({});
    EXPECT_ERROR(try_task({}), Errc::conflict);
    EXPECT_ERROR(try_task({{"name", "ANIMATION"}}), Errc::conflict);
    EXPECT_TRUE(try_task({{"name", "Polish"}}));
    EXPECT_TRUE(try_task({{"task_type", "lighting"}}));
}

TEST_P(TaskWrite, a_circle_of_dependencies_is_refused_and_told) {
    const auto a = make_task({{"name", "A"}});
    const auto b = make_task({{"name", "B"}, {"depends_on", array{object{{"task_id", a.id.text()}}}}});
    const auto c = make_task({{"name", "C"}, {"depends_on", array{object{{"task_id", b.id.text()}}}}});
    const auto refused = try_update(a.id, object{{"depends_on", array{object{{"task_id", c.id.text()}}}}});
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()), ElementsAre("/depends_on/0"));
    EXPECT_THAT(refused.error().fields[0].detail, HasSubstr("A → C → B → A"));
    EXPECT_ERROR(try_update(a.id, object{{"depends_on", array{object{{"task_id", a.id.text()}}}}}),
                 Errc::invalid);
    EXPECT_EQ(get(a.id).depends_on.text, "[]");
}

TEST_P(TaskWrite, tasks_of_another_project_are_nothing_to_wait_for) {
    make_project("foo", "feature");
    const auto other = write(owner_, [&](access::Call& call) {
        return asset::create_asset(call, "foo", json_of(R"({"code": "a", "name": "A", "type": "prop"})"));
    });
    const auto foreign = write(owner_, [&](access::Call& call) {
        return task::create_task(call, "foo",
                                 object{{"entity_id", other.id.text()}, {"task_type", "modeling"}});
    });
    const auto refused = try_task({{"depends_on", array{object{{"task_id", foreign.id.text()}}}}});
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()), ElementsAre("/depends_on/0"));
}

TEST_P(TaskWrite, two_dependencies_at_once_close_no_circle_together) {
    const auto a = make_task({{"name", "A"}});
    const auto b = make_task({{"name", "B"}});
    const auto depend = [&](const Id& from, const Id& on) {
        return try_update(from, object{{"depends_on", array{object{{"task_id", on.text()}}}}}).has_value();
    };
    bool first = false;
    bool second = false;
    std::thread other([&] { second = depend(b.id, a.id); });
    first = depend(a.id, b.id);
    other.join();
    EXPECT_NE(first, second);
}

TEST_P(TaskWrite, a_task_is_complete_in_its_answer_and_its_event) {
    const auto made = make_task(json_of(R"({"name": "Blocking", "description": "Rough", "priority": "high",
        "start_date": "2026-03-01", "due_date": "2026-03-05", "bid_minutes": 480, "metadata": {"a": 1}})")
                                    .as_object());
    EXPECT_EQ(made.entity_address, "sq010/sh0010");
    EXPECT_EQ(made.department, "animation");
    EXPECT_EQ(made.status, "todo");
    EXPECT_EQ(json::to_json(made), json::to_json(get(made.id)));
    const auto last = events().back();
    EXPECT_EQ(last.action, "task.created");
    EXPECT_THAT(last.patch.text, HasSubstr(R"("bid_minutes":480)"));
    const auto changed = must(try_update(made.id, json_of(R"({"due_date": null, "priority": "low"})")));
    EXPECT_EQ(changed.revision, 2);
    EXPECT_EQ(changed.due_date, std::nullopt);
    EXPECT_EQ(
        events().back().patch.text,
        R"({"after":{"due_date":null,"priority":"low"},"before":{"due_date":"2026-03-05","priority":"high"}})");
    EXPECT_EQ(must(try_update(made.id, json_of(R"({"priority": "low"})"))).revision, 2);
}

TEST_P(TaskWrite, lists_are_filtered_and_sorted) {
    const auto artist = with_role(bar_.id, "artist");
    make_task({{"name", "late"}, {"due_date", "2026-03-05"}, {"priority", "urgent"}});
    make_task({{"name", "soon"}, {"due_date", "2026-03-01"}, {"assignees", array{artist.code}}});
    const auto done = make_task({{"name", "done"}, {"task_type", "lighting"}});
    must(try_move(done.id, "in_progress", owner_));
    must(try_move(done.id, "approved", owner_));
    EXPECT_THAT(names({}), ElementsAre("soon", "late", "done"));
    EXPECT_THAT(names({.types = {"lighting"}}), ElementsAre("done"));
    EXPECT_THAT(names({.departments = {"animation"}}), ElementsAre("soon", "late"));
    EXPECT_THAT(names({.statuses = {"approved"}}), ElementsAre("done"));
    EXPECT_THAT(names({.priorities = {"urgent", "high"}}), ElementsAre("late"));
    EXPECT_THAT(names({.assignee = artist.code}), ElementsAre("soon"));
    EXPECT_THAT(names({.assignee = "none"}), ElementsAre("late", "done"));
    EXPECT_THAT(names({.due_before = "2026-03-02"}), ElementsAre("soon"));
    EXPECT_THAT(names({.open = true}), ElementsAre("soon", "late"));
    query::ListRequest request;
    request.q = "sh0010 LA";
    EXPECT_THAT(names({}, request), ElementsAre("late"));
}

TEST_P(TaskWrite, everybody_sees_their_own_tasks_in_the_projects_that_they_see) {
    const auto artist = with_role(bar_.id, "artist");
    const auto mine = [&](const access::Actor& actor) {
        std::vector<std::string> out;
        for (const auto& one :
             read([&](database::Tx& tx) { return task::list_my_tasks(tx, actor, {}, {}); }).data)
            out.push_back(one.name);
        return out;
    };
    make_task({{"name", "mine"}, {"assignees", array{artist.code}}});
    make_task({{"name", "other"}, {"assignees", array{"owner"}}});
    EXPECT_THAT(mine(artist), ElementsAre("mine"));
    EXPECT_THAT(mine(owner_), ElementsAre("other"));
    write(owner_, [&](access::Call& call) -> Result<int> {
        BIFROST_CHECK(project::remove_member(call, "bar", artist.code));
        return 0;
    });
    access::Actor gone = artist;
    gone.memberships.reset();
    EXPECT_THAT(mine(gone), ElementsAre());
}

TEST_P(TaskWrite, retakes_are_counted_and_closing_is_dated) {
    const auto artist = with_role(bar_.id, "artist");
    const auto made = make_task({{"assignees", array{artist.code}}});
    const auto refused = try_move(made.id, "approved", artist);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_EQ(member_of(refused.error(), "open"), R"(["in_progress"])");
    must(try_move(made.id, "in_progress", artist));
    must(try_move(made.id, "review", artist));
    EXPECT_ERROR(try_move(made.id, "approved", artist), Errc::forbidden);
    must(try_move(made.id, "retake", owner_, "The hand slides."));
    EXPECT_THAT(events().back().patch.text, HasSubstr(R"("retakes":1)"));
    must(try_move(made.id, "review", artist));
    must(try_move(made.id, "approved", owner_));
    EXPECT_EQ(get(made.id).retakes, 1);
    EXPECT_TRUE(get(made.id).closed_at);
    must(try_move(made.id, "retake", owner_));
    EXPECT_EQ(get(made.id).retakes, 2);
    EXPECT_FALSE(get(made.id).closed_at);
}

TEST_P(TaskWrite, templates_make_what_is_missing_with_its_dependencies) {
    const auto apply = [&](const std::vector<Id>& ids) {
        return try_write(owner_, [&](access::Call& call) {
            return task::create_from_template(call, "bar",
                                              json_of(R"({"entity_ids": )" + json::to_json(ids) + "}"));
        });
    };
    const auto refused = apply({shot_.id, Id::make()});
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()), ElementsAre("/entity_ids/1"));
    make_task({{"task_type", "layout"}});
    const auto made = must(apply({shot_.id, asset_.id}));
    EXPECT_EQ(made.existing, 1);
    std::map<std::string, std::string> waits;
    for (const auto& one : made.data) waits[one.entity_address + " " + one.task_type] = one.depends_on.text;
    EXPECT_EQ(waits.size(), 6U);
    EXPECT_THAT(waits.at("sq010/sh0010 animation"), HasSubstr("finish_start"));
    EXPECT_EQ(waits.at("box concept"), "[]");
    EXPECT_EQ(must(apply({shot_.id, asset_.id})).data.size(), 0U);
}

TEST_P(TaskWrite, dates_follow_dependencies_and_nothing_moves_earlier) {
    const auto a = make_task({{"name", "A"}, {"start_date", "2026-03-01"}, {"due_date", "2026-03-05"}});
    const auto b = make_task({{"name", "B"},
                              {"start_date", "2026-03-04"},
                              {"due_date", "2026-03-06"},
                              {"depends_on", array{object{{"task_id", a.id.text()}, {"lag_days", 1}}}}});
    const auto c =
        make_task({{"name", "C"},
                   {"due_date", "2026-03-07"},
                   {"depends_on", array{object{{"task_id", b.id.text()}, {"kind", "finish_finish"}}}}});
    make_task({{"name", "D"}, {"start_date", "2026-01-01"}});
    const auto run = [&](bool dry_run) {
        return write(owner_, [&](access::Call& call) {
            return task::reschedule(call, "bar", object{{"dry_run", dry_run}});
        });
    };
    EXPECT_EQ(run(true).data.size(), 2U);
    EXPECT_EQ(get(b.id).start_date, "2026-03-04");
    run(false);
    EXPECT_EQ(get(b.id).start_date, "2026-03-07");
    EXPECT_EQ(get(b.id).due_date, "2026-03-09");
    EXPECT_EQ(get(c.id).due_date, "2026-03-09");
    EXPECT_EQ(get(b.id).revision, 2);
    EXPECT_EQ(run(false).data.size(), 0U);
    EXPECT_THAT(events().back().patch.text, HasSubstr(R"("before":{"due_date")"));
}

TEST_P(TaskWrite, a_day_has_24_hours_and_a_task_the_sum_of_its_logs) {
    const auto artist = with_role(bar_.id, "artist");
    const auto viewer = with_role(bar_.id, "viewer");
    const auto made = make_task({});
    const auto log = [&](const access::Actor& actor, std::string_view body) {
        return try_write(
            actor, [&](access::Call& call) { return task::create_time_log(call, made.id, json_of(body)); });
    };
    for (const std::string_view body :
         {R"({})", R"({"date": "2026-02-30", "minutes": 5})", R"({"date": "2026-02-20", "minutes": 0})",
          R"({"date": "2026-02-20", "minutes": 1441})", R"({"date": "2026-02-20", "minutes": 1, "why": 2})"})
        EXPECT_ERROR(log(artist, body), Errc::invalid);
    EXPECT_ERROR(log(viewer, R"({"date": "2026-02-20", "minutes": 60})"), Errc::forbidden);
    const auto first = must(log(artist, R"({"date": "2026-02-20", "minutes": 1000})"));
    EXPECT_ERROR(log(artist, R"({"date": "2026-02-20", "minutes": 441})"), Errc::conflict);
    must(log(artist, R"({"date": "2026-02-21", "minutes": 60})"));
    EXPECT_EQ(get(made.id).logged_minutes, 1060);
    EXPECT_EQ(get(made.id).revision, 1);
    const auto change = [&](const access::Actor& actor, std::string_view body) {
        return try_write(actor, [&](access::Call& call) {
            return task::update_time_log(call, first.id, json_of(body), {});
        });
    };
    EXPECT_ERROR(change(with_role(bar_.id, "artist"), R"({"minutes": 5})"), Errc::forbidden);
    EXPECT_EQ(must(change(artist, R"({"minutes": 30})")).revision, 2);
    EXPECT_EQ(get(made.id).logged_minutes, 90);
    write(owner_, [&](access::Call& call) -> Result<int> {
        BIFROST_CHECK(task::delete_time_log(call, first.id));
        return 0;
    });
    EXPECT_EQ(get(made.id).logged_minutes, 60);
}

TEST_P(TaskWrite, a_project_is_purged_with_tasks_that_wait_for_each_other) {
    const auto a = make_task({{"name", "A"}});
    make_task({{"name", "B"}, {"depends_on", array{object{{"task_id", a.id.text()}}}}});
    write(owner_, [&](access::Call& call) { return project::archive_project(call, "bar", {}); });
    write(owner_, [&](access::Call& call) -> Result<int> {
        BIFROST_CHECK(project::purge_project(call, "bar"));
        return 0;
    });
}

TEST_P(TaskWrite, task_types_and_templates_are_checked_when_they_are_saved) {
    const auto make_type = [&](const access::Actor& actor, std::string_view body) {
        return try_write(actor, [&](access::Call& call) {
            return task::create_catalog<task::TaskType>(call, json_of(body));
        });
    };
    EXPECT_ERROR(make_type(owner_, R"({"code": "x", "name": "X", "colour": "red"})"), Errc::invalid);
    EXPECT_ERROR(make_type(owner_, R"({"code": "x", "name": "X", "applies_to": ["version"]})"),
                 Errc::invalid);
    EXPECT_ERROR(make_type(owner_, R"({"code": "x", "name": "X", "depends_on": ["nothing"]})"),
                 Errc::invalid);
    EXPECT_ERROR(make_type(owner_, R"({"code": "animation", "name": "X"})"), Errc::conflict);
    EXPECT_ERROR(make_type(with_role(bar_.id, "producer"), R"({"code": "x", "name": "X"})"), Errc::forbidden);
    EXPECT_ERROR(make_type(with_role(bar_.id, "lead"), R"({"code": "x", "name": "X", "project_id": "bar"})"),
                 Errc::forbidden);
    const auto made =
        must(make_type(with_role(bar_.id, "producer"),
                       R"({"code": "roto", "name": "Roto", "project_id": "bar", "department": "compositing",
                                         "depends_on": ["animation"]})"));
    EXPECT_EQ(made.department, "compositing");
    const auto circle = try_write(owner_, [&](access::Call& call) {
        return task::update_catalog<task::TaskType>(call, made.id, json_of(R"({"depends_on": ["roto"]})"),
                                                    {});
    });
    EXPECT_ERROR(circle, Errc::invalid);
    EXPECT_TRUE(try_task({{"task_type", "roto"}}));
    const auto make_template = [&](std::string_view body) {
        return try_write(owner_, [&](access::Call& call) {
            return task::create_catalog<task::TaskTemplate>(call, json_of(body));
        });
    };
    EXPECT_ERROR(make_template(R"({"code": "t", "name": "T", "entity_kind": "shot", "items": []})"),
                 Errc::invalid);
    EXPECT_ERROR(
        make_template(
            R"({"code": "t", "name": "T", "entity_kind": "shot", "items": [{"task_type": "roto"}]})"),
        Errc::invalid); // the site doesn't know it
    EXPECT_TRUE(make_template(
        R"({"code": "t", "name": "T", "project_id": "bar", "entity_kind": "shot", "items": [{"task_type": "roto"}]})"));
}

} // namespace
} // namespace bifrost::tests
