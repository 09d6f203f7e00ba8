// Undoing change sets, and entities as they were.

#include "services/history/revert.hpp"
#include "services/history/rewind.hpp"
#include "services/history/trash.hpp"
#include "services/shot/shot_bulk.hpp"
#include "task_support.hpp"

namespace bifrost::tests {
namespace {

using boost::json::object;
using testing::ElementsAre;
using testing::HasSubstr;

class History : public TaskTest {
  protected:
    Result<history::Reverted> try_revert(const events::Event& event, const object& body = {},
                                         const access::Actor* actor = nullptr) {
        return try_write(actor ? *actor : owner_, [&](access::Call& call) {
            return history::revert(call, event.position.text(), body);
        });
    }
    asset::Asset rename(const std::string& name) {
        return write(owner_, [&](access::Call& call) {
            return asset::update_asset(call, asset_.id, object{{"name", name}}, {});
        });
    }
    asset::Asset box() {
        return read([&](database::Tx& tx) { return asset::get_asset(tx, owner_, asset_.id); });
    }
    Result<std::string> was(const history::Moment& moment) {
        return database().read([&](database::Tx& tx) -> Result<std::string> {
            BIFROST_ASSIGN(const auto now, asset::get_asset(tx, owner_, asset_.id));
            return history::rewind(tx, asset_.id, json::to_json(now), moment);
        });
    }
    std::string conflicts(const Result<history::Reverted>& refused) {
        if (refused) return "undone";
        EXPECT_EQ(refused.error().code, Errc::conflict) << refused.error().detail;
        return member_of(refused.error(), "conflicts");
    }
};
INSTANTIATE_FOR_BOTH_DATABASES(History);

TEST_P(History, what_is_no_event_or_may_not_be_seen_is_not_found) {
    const auto revert = [&](const access::Actor& actor, const std::string& position) {
        return try_write(actor,
                         [&](access::Call& call) { return history::revert(call, position, object{}); });
    };
    const auto last = events().back();
    EXPECT_ERROR(revert(owner_, "yesterday"), Errc::not_found);
    EXPECT_ERROR(revert(owner_, "1.999999999.0"), Errc::not_found);
    EXPECT_ERROR(revert(stranger(), last.position.text()), Errc::not_found);
    EXPECT_ERROR(revert(with_role(bar_.id, "artist"), last.position.text()), Errc::forbidden);
    EXPECT_ERROR(try_revert(last, object{{"why", 1}}), Errc::invalid);
}

TEST_P(History, a_field_that_was_changed_since_stands_in_the_way) {
    rename("First");
    const auto first = events().back();
    rename("Second");
    const auto second = events().back();
    EXPECT_THAT(conflicts(try_revert(first)), HasSubstr("\"field\":\"name\""));
    EXPECT_THAT(conflicts(try_revert(first)), HasSubstr(second.position.text()));
    EXPECT_EQ(box().name, "Second");
    must(try_revert(second));
    EXPECT_EQ(box().name, "First");
    EXPECT_EQ(events().back().action, "asset.updated");
    // The same again: it is so already, and by a later change.
    EXPECT_THAT(conflicts(try_revert(second)), HasSubstr("changed since"));
}

TEST_P(History, what_cannot_be_undone_is_told) {
    const auto task = make_task({});
    write(owner_, [&](access::Call& call) { return shot::archive_shot(call, shot_.id, {}); });
    write(owner_, [&](access::Call& call) -> Result<int> {
        BIFROST_CHECK(task::archive_task(call, task.id, {}));
        BIFROST_CHECK(task::purge_task(call, task.id));
        return 0;
    });
    const auto purged = events().back();
    EXPECT_EQ(purged.action, "task.purged");
    EXPECT_THAT(conflicts(try_revert(purged)), HasSubstr("gone for good"));
}

TEST_P(History, undoing_takes_what_each_change_takes) {
    const auto lead = with_role(bar_.id, "lead");
    write(owner_, [&](access::Call& call) {
        return project::update_project(call, "bar", object{{"name", "Other"}}, {});
    });
    const auto event = events().back();
    EXPECT_ERROR(try_revert(event, {}, &lead), Errc::forbidden);
    must(try_revert(event));
    EXPECT_EQ(read([&](database::Tx& tx) { return project::get_project(tx, owner_, "bar"); }).name,
              bar_.name);
}

TEST_P(History, metadata_and_tags_get_their_old_value_back_whole) {
    const auto change = [&](std::string_view patch) {
        return write(owner_, [&](access::Call& call) {
            return asset::update_asset(call, asset_.id, json_of(patch), {});
        });
    };
    change(R"({"metadata": {"keep": {"a": 1, "b": 2}, "old": true}, "tags": ["wood"], "code": "Crate"})");
    const auto before = box();
    change(
        R"({"metadata": {"keep": {"a": 5, "c": 3}, "old": null, "new": 1}, "tags": ["steel"], "code": "Chest"})");
    must(try_revert(events().back()));
    const auto after = box();
    EXPECT_EQ(json::canonical(json_of(after.metadata.text)), json::canonical(json_of(before.metadata.text)));
    EXPECT_EQ(after.tags.text, before.tags.text);
    EXPECT_EQ(after.code, "crate");
    EXPECT_EQ(after.label, "Crate");
}

TEST_P(History, states_are_put_back_whatever_the_workflow_says) {
    const auto task = make_task({});
    must(try_move(task.id, "in_progress", owner_));
    must(try_move(task.id, "review", owner_));
    must(try_move(task.id, "retake", owner_));
    const auto retake = events().back();
    must(try_move(task.id, "approved", owner_));
    EXPECT_THAT(conflicts(try_revert(retake)), HasSubstr("\"field\":\"status\""));
    must(try_revert(events().back()));
    EXPECT_EQ(get(task.id).status, "retake");
    EXPECT_FALSE(get(task.id).closed_at);
    must(try_revert(retake, {}));
    EXPECT_EQ(get(task.id).status, "review");
    EXPECT_EQ(get(task.id).retakes, 0);
}

TEST_P(History, a_bulk_change_is_undone_as_one) {
    std::vector<Id> ids;
    for (int i = 0; i < 40; ++i) ids.push_back(make_task({{"name", "t" + std::to_string(i)}}).id);
    write(owner_, [&](access::Call& call) {
        return workflow::bulk(
            call, "bar",
            json_of(R"({"kind": "task", "set": {"priority": "urgent"}, "ids": )" + json::to_json(ids) + "}"));
    });
    const auto bulk = events().back();
    must(try_update(ids[7], object{{"priority", "low"}}));
    EXPECT_THAT(conflicts(try_revert(bulk)), HasSubstr(ids[7].text()));
    EXPECT_EQ(get(ids[0]).priority, "urgent");
    must(try_update(ids[7], object{{"priority", "urgent"}}));
    EXPECT_EQ(must(try_revert(bulk, object{{"dry_run", true}})).changes.size(), 40U);
    EXPECT_EQ(get(ids[0]).priority, "urgent");
    must(try_revert(bulk));
    for (const auto& id : ids) EXPECT_EQ(get(id).priority, "normal");
    const auto undone = events().back();
    EXPECT_NE(undone.change_set, bulk.change_set);
    // And the undoing is undone.
    must(try_revert(undone));
    EXPECT_EQ(get(ids[39]).priority, "urgent");
}

TEST_P(History, what_was_made_at_once_goes_at_once_unless_somebody_works_on_it) {
    const auto made = write(owner_, [&](access::Call& call) {
        return shot::create_shots(call, "bar", object{{"codes", "sq020_sh0010-0050 by 10"}});
    });
    const auto last = events().back();
    make_task({{"entity_id", made[2].id.text()}});
    EXPECT_THAT(conflicts(try_revert(last)), HasSubstr("made below it since: the task"));
    const Id task = events().back().entity_id;
    write(owner_, [&](access::Call& call) { return task::archive_task(call, task, {}); });
    const auto undone = must(try_revert(last));
    EXPECT_EQ(undone.changes.size(), 6U); // five shots and their sequence
    EXPECT_TRUE(read([&](database::Tx& tx) { return shot::get_shot(tx, owner_, made[0].id); }).archived_at);
    const auto trash =
        read([&](database::Tx& tx) { return history::list_trash(tx, owner_, "bar", {}); }).data;
    EXPECT_EQ(trash.size(), 7U);
    must(try_revert(events().back())); // they come back
    EXPECT_FALSE(read([&](database::Tx& tx) { return shot::get_shot(tx, owner_, made[0].id); }).archived_at);
}

TEST_P(History, a_deletion_is_undone) {
    write(owner_, [&](access::Call& call) { return asset::archive_asset(call, asset_.id, {}); });
    must(try_revert(events().back()));
    EXPECT_FALSE(box().archived_at);
}

TEST_P(History, an_entity_is_seen_as_it_was) {
    const auto created = events();
    rename("Second");
    const auto second = events().back();
    rename("Third");
    EXPECT_THAT(must(was(second.position)), HasSubstr("\"name\":\"Second\""));
    EXPECT_THAT(must(was(second.at)), HasSubstr("\"revision\":2"));
    EXPECT_THAT(must(was(Timestamp::now())), HasSubstr("\"name\":\"Third\""));
    EXPECT_ERROR(was(Timestamp{0}), Errc::not_found);
    EXPECT_ERROR(was(created.front().position), Errc::not_found);
    EXPECT_FALSE(history::parse_moment("last week"));
}

} // namespace
} // namespace bifrost::tests
