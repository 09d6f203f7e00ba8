// Workflows as data: what can't work is refused when it is saved, and nobody is left behind.

#include <thread>

#include "services/workflow/save.hpp"
#include "task_support.hpp"

namespace bifrost::tests {
namespace {

using boost::json::array;
using boost::json::object;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

/// todo → doing → done, of tasks.
object body_of(object fields = {}) {
    object body =
        json_of(R"({"code": "short", "name": "Short", "entity_kind": "task", "initial_state": "todo",
        "states": [{"code": "todo", "name": "To do", "category": "todo"},
                   {"code": "doing", "name": "Doing", "category": "active"},
                   {"code": "done", "name": "Done", "category": "done"}],
        "transitions": [{"from": "todo", "to": "doing", "name": "Start"},
                        {"from": "doing", "to": "done", "name": "Finish", "permission": "task:review"}]})")
            .as_object();
    for (const auto& field : fields) body[field.key()] = field.value();
    return body;
}

class WorkflowSave : public TaskTest {
  protected:
    Result<workflow::SavedWorkflow> try_create(object body, const access::Actor* actor = nullptr) {
        return try_write(actor ? *actor : owner_,
                         [&](access::Call& call) { return workflow::create_workflow(call, body); });
    }
    workflow::SavedWorkflow create(object fields = {}) {
        fields["project_id"] = "bar";
        return must(try_create(body_of(std::move(fields))));
    }
    Result<workflow::SavedWorkflow> try_replace(const Id& id, object body, std::int64_t revision) {
        for (const char* key : {"entity_kind", "project_id"}) body.erase(key);
        return try_write(
            owner_, [&](access::Call& call) { return workflow::replace_workflow(call, id, body, revision); });
    }
    /// `body_of` with these transitions.
    object with_moves(std::string_view moves, object fields = {}) {
        fields["transitions"] = json_of(moves);
        return body_of(std::move(fields));
    }
    std::vector<std::string> faults(object body) {
        const auto refused = try_create(std::move(body));
        if (refused) return {"accepted"};
        std::vector<std::string> out = pointers(refused.error());
        return out;
    }
};
INSTANTIATE_FOR_BOTH_DATABASES(WorkflowSave);

TEST_P(WorkflowSave, states_that_are_never_reached_and_dead_ends_are_refused) {
    EXPECT_THAT(faults(with_moves(R"([{"from": "doing", "to": "done", "name": "x"}])")),
                ElementsAre("/states/0", "/states/1", "/states/2"));
    EXPECT_THAT(faults(with_moves(R"([{"from": "todo", "to": "doing", "name": "x"},
                                      {"from": "todo", "to": "done", "name": "y"}])")),
                ElementsAre("/states/1"));
    // A circle without a way out is a dead end too.
    EXPECT_THAT(faults(body_of({{"states", json_of(R"([{"code": "todo", "name": "A", "category": "todo"},
        {"code": "doing", "name": "B", "category": "active"}, {"code": "done", "name": "C", "category": "review"}])")}})),
                ElementsAre("/states"));
}

TEST_P(WorkflowSave, names_that_lead_nowhere_are_refused) {
    EXPECT_THAT(faults(body_of({{"initial_state", "nowhere"}})), ElementsAre("/initial_state"));
    EXPECT_THAT(faults(with_moves(R"([{"from": "todo", "to": "nowhere", "name": "x"}])")),
                Contains("/transitions/0/to"));
    EXPECT_THAT(
        faults(with_moves(R"([{"from": "todo", "to": "doing", "name": "x", "permission": "asset:review"}])")),
        Contains("/transitions/0/permission"));
    EXPECT_THAT(faults(with_moves(R"([{"from": "todo", "to": "todo", "name": "x"}])")),
                Contains("/transitions/0/to"));
    EXPECT_THAT(faults(body_of({{"task_type", "juggling"}})), Contains("/task_type"));
    EXPECT_THAT(faults(body_of({{"asset_type", "prop"}})), Contains("/asset_type"));
    EXPECT_THAT(faults(body_of({{"entity_kind", "review"}})), Contains("/entity_kind"));
    EXPECT_THAT(
        faults(with_moves(R"([{"from": "todo", "to": "doing", "name": "x", "guards": [{"kind": "magic"}],
                                       "effects": [{"kind": "create_tasks"}]}])")),
        testing::IsSupersetOf({"/transitions/0/guards/0/kind", "/transitions/0/effects/0/task_types"}));
}

TEST_P(WorkflowSave, only_who_manages_workflows_saves_them) {
    const auto producer = with_role(bar_.id, "producer");
    const auto lead = with_role(bar_.id, "lead");
    EXPECT_ERROR(try_create(body_of(), &producer), Errc::forbidden); // the site's
    EXPECT_ERROR(try_create(body_of({{"project_id", "bar"}}), &lead), Errc::forbidden);
    const auto nobody = stranger();
    EXPECT_ERROR(try_create(body_of({{"project_id", "bar"}}), &nobody), Errc::not_found);
    EXPECT_TRUE(try_create(body_of({{"project_id", "bar"}}), &producer));
}

TEST_P(WorkflowSave, there_is_one_for_a_kind_and_type) {
    create();
    EXPECT_ERROR(try_create(body_of({{"project_id", "bar"}, {"code", "other"}})), Errc::conflict);
    EXPECT_ERROR(try_create(body_of()), Errc::conflict); // the site has one for tasks
    EXPECT_TRUE(try_create(body_of({{"project_id", "bar"}, {"code", "anim"}, {"task_type", "animation"}})));
}

TEST_P(WorkflowSave, the_workflow_of_a_type_goes_before_the_one_for_all) {
    create({{"code", "anim"}, {"task_type", "animation"}});
    const auto animation = make_task({});
    const auto lighting = make_task({{"task_type", "lighting"}});
    EXPECT_TRUE(try_move(animation.id, "doing", owner_));
    EXPECT_ERROR(try_move(lighting.id, "doing", owner_), Errc::invalid);
    EXPECT_TRUE(try_move(lighting.id, "in_progress", owner_));
}

TEST_P(WorkflowSave, states_in_use_are_mapped_or_nothing_is_saved) {
    const auto one = make_task({{"name", "one"}});
    make_task({{"name", "two"}});
    must(try_move(one.id, "in_progress", owner_));
    must(try_move(one.id, "review", owner_));
    auto refused = try_create(body_of({{"project_id", "bar"}}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_EQ(member_of(refused.error(), "unmapped"), R"([{"status":"review","count":1}])");
    refused = try_create(body_of({{"project_id", "bar"}, {"map", object{{"review", "nowhere"}}}}));
    EXPECT_ERROR(refused, Errc::conflict);
    const auto planned = create({{"map", object{{"review", "done"}}}, {"dry_run", true}});
    EXPECT_EQ(planned.moved.size(), 1U);
    EXPECT_EQ(get(one.id).status, "review");
    const auto saved = create({{"map", object{{"review", "done"}}}});
    EXPECT_EQ(saved.moved[0].to, "done");
    EXPECT_EQ(get(one.id).status, "done");
    EXPECT_TRUE(get(one.id).closed_at);
    EXPECT_EQ(events().back().action, "task.transitioned");
    EXPECT_THAT(events().back().patch.text, HasSubstr("The workflow was changed."));
}

TEST_P(WorkflowSave, a_change_takes_the_revision_and_leaves_nobody_behind) {
    const auto saved = create();
    const auto task = make_task({});
    must(try_move(task.id, "doing", owner_));
    object body = body_of();
    body["states"].as_array()[1].as_object()["code"] = "working";
    body["transitions"] = json_of(R"([{"from": "todo", "to": "working", "name": "x"},
                                      {"from": "working", "to": "done", "name": "y"}])");
    EXPECT_ERROR(try_replace(saved.workflow.id, body, 7), Errc::stale_revision);
    EXPECT_ERROR(try_replace(saved.workflow.id, body, 1), Errc::conflict);
    body["map"] = object{{"doing", "working"}};
    EXPECT_EQ(must(try_replace(saved.workflow.id, body, 1)).workflow.revision, 2);
    EXPECT_EQ(get(task.id).status, "working");
}

TEST_P(WorkflowSave, removing_falls_back_to_the_sites_when_it_has_the_states) {
    const auto saved = create();
    const auto task = make_task({});
    must(try_move(task.id, "doing", owner_));
    const auto remove = [&](const Id& id) {
        return try_write(owner_, [&](access::Call& call) { return workflow::delete_workflow(call, id, {}); });
    };
    const auto refused = remove(saved.workflow.id);
    ASSERT_FALSE(refused);
    EXPECT_EQ(member_of(refused.error(), "unmapped"), R"([{"status":"doing","count":1}])");
    must(try_move(task.id, "done", owner_));
    EXPECT_ERROR(remove(saved.workflow.id), Errc::conflict);
    write(owner_, [&](access::Call& call) { return task::archive_task(call, task.id, {}); });
    write(owner_, [&](access::Call& call) -> Result<int> {
        BIFROST_CHECK(task::purge_task(call, task.id));
        return 0;
    });
    EXPECT_TRUE(remove(saved.workflow.id));
    EXPECT_EQ(make_task({}).status, "todo");
    const auto site =
        read([&](database::Tx& tx) { return workflow::list_workflows(tx, owner_, "", "task"); });
    EXPECT_ERROR(remove(site.at(0).id), Errc::conflict);
}

TEST_P(WorkflowSave, nobody_enters_a_state_while_it_is_removed) {
    const auto saved = create();
    std::vector<task::Task> tasks;
    for (int i = 0; i < 8; ++i) tasks.push_back(make_task({{"name", "t" + std::to_string(i)}}));
    object body = body_of({{"map", object{{"doing", "todo"}}}});
    body["states"].as_array()[1].as_object()["code"] = "working";
    body["transitions"] = json_of(R"([{"from": "todo", "to": "working", "name": "x"},
                                      {"from": "working", "to": "done", "name": "y"}])");
    std::thread mover([&] {
        for (const auto& one : tasks) (void)try_move(one.id, "doing", owner_);
    });
    must(try_replace(saved.workflow.id, body, 1));
    mover.join();
    for (const auto& one : tasks) EXPECT_NE(get(one.id).status, "doing");
}

TEST_P(WorkflowSave, guards_say_why_a_move_is_not_open) {
    const auto artist = with_role(bar_.id, "artist");
    create({{"transitions", json_of(R"([
        {"from": "todo", "to": "doing", "name": "Start",
         "guards": [{"kind": "assignee"}, {"kind": "fields_set", "fields": ["due_date", "metadata.rate"]}]},
        {"from": "doing", "to": "done", "name": "Finish", "guards": [{"kind": "comment"}, {"kind": "dependencies_done"},
         {"kind": "roles", "roles": ["artist"]}, {"kind": "published"}]}])")}});
    const auto first = make_task({{"name", "first"}});
    const auto task = make_task({{"depends_on", array{object{{"task_id", first.id.text()}}}}});
    auto refused = try_move(task.id, "doing", artist);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_THAT(refused.error().detail, HasSubstr("assigned to"));
    EXPECT_EQ(member_of(refused.error(), "open"), "[]");
    must(try_update(task.id, object{{"assignees", array{artist.code}}}));
    EXPECT_THAT(try_move(task.id, "doing", artist).error().detail, HasSubstr("due_date, metadata.rate"));
    must(try_update(task.id, object{{"due_date", "2026-03-01"}, {"metadata", object{{"rate", 1}}}}));
    must(try_move(task.id, "doing", artist));
    EXPECT_THAT(try_move(task.id, "done", artist).error().detail, HasSubstr("comment"));
    EXPECT_THAT(try_move(task.id, "done", artist, "There.").error().detail, HasSubstr("waits for first"));
    const auto moves =
        read([&](database::Tx& tx) { return workflow::list_transitions(tx, artist, "task", task.id); });
    ASSERT_EQ(moves.data.size(), 1U);
    EXPECT_FALSE(moves.data[0].open);
    EXPECT_THAT(moves.data[0].why_not.value_or(""), HasSubstr("first"));
}

TEST_P(WorkflowSave, effects_follow_a_move_in_its_change_set) {
    create({{"transitions", json_of(R"([
        {"from": "todo", "to": "doing", "name": "Start", "effects": [{"kind": "set_metadata", "metadata": {"began": true}},
         {"kind": "create_tasks", "task_types": ["lighting"]}, {"kind": "notify", "who": ["assignees", "creator"]}]},
        {"from": "doing", "to": "done", "name": "Finish",
         "effects": [{"kind": "move_dependents", "from": "todo", "to": "doing"}]}])")}});
    const auto task = make_task({{"assignees", array{"owner"}}});
    const auto waiting =
        make_task({{"name", "next"}, {"depends_on", array{object{{"task_id", task.id.text()}}}}});
    must(try_move(task.id, "doing", owner_));
    EXPECT_THAT(get(task.id).metadata.text, HasSubstr("began"));
    EXPECT_THAT(names({.types = {"lighting"}}), ElementsAre("Lighting"));
    const auto all = events();
    EXPECT_EQ(all.back().action, "task.notified");
    EXPECT_EQ(all[all.size() - 4].change_set, all.back().change_set);
    EXPECT_EQ(get(waiting.id).status, "todo");
    must(try_move(task.id, "done", owner_));
    EXPECT_EQ(get(waiting.id).status, "doing");
    EXPECT_EQ(get(waiting.id).revision, 2);
}

} // namespace
} // namespace bifrost::tests
