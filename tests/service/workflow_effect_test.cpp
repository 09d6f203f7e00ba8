// What follows from a move: checked when it is saved, done in the move's transaction.

#include "queue/queue.hpp"
#include "services/notification/notification.hpp"
#include "services/webhook/webhook.hpp"
#include "services/workflow/save.hpp"
#include "task_support.hpp"

namespace bifrost::tests {
namespace {

using boost::json::array;
using boost::json::object;
using testing::Contains;
using testing::ElementsAre;
using testing::SizeIs;

class WorkflowEffect : public TaskTest {
  protected:
    /// todo → done of tasks in the project, with these effects.
    Result<workflow::SavedWorkflow> try_save(std::string_view effects) {
        object body =
            json_of(R"({"project_id": "bar", "code": "short", "name": "Short", "entity_kind": "task",
            "initial_state": "todo", "states": [{"code": "todo", "name": "To do", "category": "todo"},
            {"code": "done", "name": "Done", "category": "done"}]})")
                .as_object();
        body["transitions"] = array{
            object{{"from", "todo"}, {"to", "done"}, {"name", "Finish"}, {"effects", json_of(effects)}}};
        return try_write(owner_, [&](access::Call& call) { return workflow::create_workflow(call, body); });
    }
    std::vector<std::string> faults(std::string_view effects) {
        const auto refused = try_save(effects);
        if (refused) return {"accepted"};
        return pointers(refused.error());
    }
    webhook::NewWebhook make_hook(const char* project) {
        const auto outside = must(outbound::Outside::make({}));
        return write(owner_, [&](access::Call& call) {
            return webhook::create_webhook(
                call, outside,
                object{{"project_id", project}, {"name", "A"}, {"url", "https://hooks.invalid/"}});
        });
    }
};
INSTANTIATE_FOR_BOTH_DATABASES(WorkflowEffect);

TEST_P(WorkflowEffect, what_can_not_be_done_is_refused_when_it_is_saved) {
    const std::string at = "/transitions/0/effects/0";
    EXPECT_THAT(faults(R"([{"kind": "set_fields", "fields": {"status": "done"}}])"),
                ElementsAre(at + "/fields/status"));
    EXPECT_THAT(
        faults(
            R"([{"kind": "set_fields", "fields": {"priority": "extreme", "due_date": "soon", "tags": []}}])"),
        testing::UnorderedElementsAre(at + "/fields/priority", at + "/fields/due_date", at + "/fields/tags"));
    EXPECT_THAT(faults(R"([{"kind": "set_fields", "fields": {}}])"), ElementsAre(at + "/fields"));
    EXPECT_THAT(faults(R"([{"kind": "run_job", "job": "format_disk"}])"), Contains(at + "/job"));
    EXPECT_THAT(faults(R"([{"kind": "run_job", "job": "previews"}])"), ElementsAre(at + "/job"));
    EXPECT_THAT(faults(R"([{"kind": "webhook", "webhook": "none"}])"), Contains(at + "/webhook"));
    EXPECT_THAT(faults(R"([{"kind": "create_tasks", "task_types": ["lighting", "juggling"]}])"),
                ElementsAre(at + "/task_types/1"));
    EXPECT_THAT(faults(R"([{"kind": "notify", "text": "Hello"}])"), ElementsAre(at + "/who"));
    make_project("other", "feature");
    const auto foreign = make_hook("other");
    EXPECT_THAT(faults(R"([{"kind": "webhook", "webhook": ")" + foreign.id.text() + "\"}]"),
                ElementsAre(at + "/webhook"));
}

TEST_P(WorkflowEffect, all_of_them_happen_with_the_move_whoever_moves) {
    const auto hook = make_hook("bar");
    const auto lead = with_role(bar_.id, "lead");
    must(try_save(R"([{"kind": "set_fields", "fields": {"priority": "high", "metadata": {"seen": true}}},
        {"kind": "create_tasks", "task_types": ["lighting"]}, {"kind": "run_job", "job": "folder_scan"},
        {"kind": "notify", "users": [")" +
                  lead.code + R"(", "nobody"], "text": "Look at it"},
        {"kind": "webhook", "webhook": ")" +
                  hook.id.text() + "\"}]"));
    const auto artist = with_role(bar_.id, "artist");
    const auto task = make_task({});
    must(try_move(task.id, "done", artist));
    EXPECT_EQ(get(task.id).priority, "high");
    EXPECT_EQ(json_of(get(task.id).metadata.text), json_of(R"({"seen": true})"));
    EXPECT_THAT(actions(),
                testing::IsSupersetOf({"task.transitioned", "task.updated", "task.created", "task.notified",
                                       "folder.scan_requested", "webhook.called"}));
    EXPECT_EQ(events().back().change_set, events()[events().size() - 2].change_set);
    while (must(notification::tell_people(database())) > 0) {
    }
    const auto told =
        read([&](database::Tx& tx) { return notification::list_notifications(tx, lead, {}, true); });
    ASSERT_THAT(told.data, SizeIs(1));
    EXPECT_EQ(told.data[0].summary, "Look at it");
}

TEST_P(WorkflowEffect, what_does_not_fit_the_entity_undoes_the_move) {
    must(try_save(R"([{"kind": "set_fields", "fields": {"due_date": "2026-01-31"}}])"));
    const auto task = make_task({{"start_date", "2026-06-01"}});
    EXPECT_ERROR(try_move(task.id, "done", owner_), Errc::conflict);
    EXPECT_EQ(get(task.id).status, "todo");
}

} // namespace
} // namespace bifrost::tests
