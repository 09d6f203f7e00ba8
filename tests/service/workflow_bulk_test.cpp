// The same change to many at once: all or nothing.

#include <thread>

#include "production_support.hpp"
#include "services/asset/asset.hpp"
#include "services/asset/component.hpp"
#include "services/workflow/bulk.hpp"
#include "services/workflow/workflow.hpp"

namespace bifrost::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class WorkflowBulk : public ProductionTest {
  protected:
    void SetUp() override {
        ProductionTest::SetUp();
        for (const std::string code : {"a", "b", "c"})
            assets_.push_back(write(owner_, [&](access::Call& call) {
                return asset::create_asset(call, "bar",
                                           json_of(R"({"name": "x", "type": "prop", "tags": ["Wood", "old"],
                                                       "metadata": {"keep": 1}, "code": ")" +
                                                   code + "\"}"));
            }));
    }
    Result<workflow::BulkOutcome> try_bulk(const access::Actor& actor, const std::string& rest,
                                           std::vector<Id> ids = {}) {
        if (ids.empty())
            for (const auto& asset : assets_) ids.push_back(asset.id);
        return try_write(actor, [&](access::Call& call) {
            return workflow::bulk(
                call, "bar",
                json_of(R"({"kind": "asset", "ids": )" + json::to_json(ids) + ", " + rest + "}"));
        });
    }
    asset::Asset get(std::size_t index) {
        return read([&](database::Tx& tx) { return asset::get_asset(tx, owner_, assets_[index].id); });
    }
    std::vector<std::int64_t> revisions() { return {get(0).revision, get(1).revision, get(2).revision}; }

    std::vector<asset::Asset> assets_;
};
INSTANTIATE_FOR_BOTH_DATABASES(WorkflowBulk);

TEST_P(WorkflowBulk, bad_requests_are_refused) {
    for (const std::string rest :
         {R"("set": {})", R"("dry_run": true)", R"("set": {"name": ""})", R"("set": {"code": "z"})",
          R"("set": {"status": "final"})", R"("set": {"type": "spaceship"})", R"("set": {"tags": ["a"]})",
          R"("set": {"name": "y"}, "transition": {"to": "in_progress"})", R"("transition": {})",
          R"("transition": {"to": "nowhere"})", R"("set": {"name": "y"}, "if_revisions": {"x": 1})",
          R"("set": {"comment": "for versions"})", R"("set": 5)", R"("set": {"name": "y"}, "why": 1)"})
        EXPECT_ERROR(try_bulk(owner_, rest), Errc::invalid);
    EXPECT_ERROR(try_bulk(owner_, R"("set": {"name": "y"})", {assets_[0].id, assets_[0].id}), Errc::invalid);
    EXPECT_THAT(revisions(), ElementsAre(1, 1, 1));
}

TEST_P(WorkflowBulk, ids_that_are_not_there_are_named) {
    make_project("other", "feature");
    const auto foreign = write(owner_, [&](access::Call& call) {
        return asset::create_asset(call, "other", json_of(R"({"code": "a", "name": "A", "type": "prop"})"));
    });
    const auto refused = try_bulk(owner_, R"("set": {"name": "y"})", {assets_[0].id, Id::make(), foreign.id});
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()), ElementsAre("/ids/1", "/ids/2"));
    EXPECT_EQ(get(0).name, "x");
}

TEST_P(WorkflowBulk, one_conflict_stops_all_and_each_is_told) {
    must(try_bulk(owner_, R"("set": {"name": "y"})", {assets_[1].id}));
    const auto refused =
        try_bulk(owner_, R"("set": {"name": "z"}, "if_revisions": {")" + assets_[0].id.text() + R"(": 1, ")" +
                             assets_[1].id.text() + R"(": 1})");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    const auto conflicts = json_of(member_of(refused.error(), "conflicts")).as_array();
    ASSERT_EQ(conflicts.size(), 1U);
    EXPECT_EQ(conflicts[0].at("id").as_string(), assets_[1].id.text());
    EXPECT_EQ(conflicts[0].at("revision"), 2);
    EXPECT_THAT(revisions(), ElementsAre(1, 2, 1));
}

TEST_P(WorkflowBulk, moves_that_are_not_open_are_told_with_those_that_are) {
    write(owner_, [&](access::Call& call) {
        return workflow::transition(call, "asset", assets_[2].id, json_of(R"({"to": "in_progress"})"), {});
    });
    const auto refused = try_bulk(owner_, R"("transition": {"to": "in_progress"})");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    const auto conflicts = json_of(member_of(refused.error(), "conflicts")).as_array();
    ASSERT_EQ(conflicts.size(), 1U);
    EXPECT_THAT(json::canonical(conflicts[0].at("open")), HasSubstr("review"));
    // Moves that somebody may not make are conflicts too.
    const auto artist = with_role(bar_.id, "artist");
    EXPECT_ERROR(try_bulk(artist, R"("transition": {"to": "deprecated"})"), Errc::conflict);
    EXPECT_EQ(get(0).status, "concept");
}

TEST_P(WorkflowBulk, roles_may_what_the_policy_says) {
    EXPECT_ERROR(try_bulk(stranger(), R"("set": {"name": "y"})"), Errc::not_found);
    EXPECT_ERROR(try_bulk(with_role(bar_.id, "artist"), R"("set": {"name": "y"})"), Errc::forbidden);
    EXPECT_TRUE(try_bulk(with_role(bar_.id, "artist"), R"("transition": {"to": "in_progress"})"));
    EXPECT_TRUE(try_bulk(with_role(bar_.id, "lead"), R"("set": {"name": "y"})"));
}

TEST_P(WorkflowBulk, an_assembly_with_components_stays_one) {
    const auto room = write(owner_, [&](access::Call& call) {
        return asset::create_asset(call, "bar",
                                   json_of(R"({"code": "room", "name": "R", "type": "interior"})"));
    });
    write(owner_, [&](access::Call& call) {
        return asset::put_components(
            call, room.id, json_of(R"({"data": [{"asset_id": ")" + assets_[0].id.text() + "\"}]}"), {});
    });
    EXPECT_ERROR(try_bulk(owner_, R"("set": {"is_assembly": false})", {room.id, assets_[0].id}),
                 Errc::conflict);
}

TEST_P(WorkflowBulk, what_is_archived_is_a_conflict) {
    write(owner_, [&](access::Call& call) { return asset::archive_asset(call, assets_[1].id, {}); });
    for (const std::string rest : {R"("set": {"name": "y"})", R"("transition": {"to": "in_progress"})"}) {
        const auto refused = try_bulk(owner_, rest);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Errc::conflict);
        EXPECT_THAT(member_of(refused.error(), "conflicts"), HasSubstr(assets_[1].id.text()));
    }
    EXPECT_EQ(get(0).revision, 1);
}

TEST_P(WorkflowBulk, a_dry_run_changes_nothing) {
    const auto count = events().size();
    const auto outcome = must(try_bulk(owner_, R"("set": {"name": "y"}, "dry_run": true)"));
    EXPECT_EQ(outcome.changed, 3);
    EXPECT_EQ(outcome.data[0].revision, 1);
    EXPECT_TRUE(outcome.data[0].changed);
    EXPECT_THAT(revisions(), ElementsAre(1, 1, 1));
    EXPECT_EQ(events().size(), count);
}

TEST_P(WorkflowBulk, values_are_set_and_tags_put_together) {
    const auto outcome = must(try_bulk(owner_, R"("set": {"type": "Character", "description": "d",
        "tags": {"remove": ["OLD", "never"], "add": ["hero", "wood"]}, "metadata": {"new": 2, "keep": null}})"));
    EXPECT_EQ(outcome.changed, 3);
    EXPECT_EQ(outcome.data[1].id, assets_[1].id);
    for (std::size_t i = 0; i < 3; ++i) {
        const auto now = get(i);
        EXPECT_EQ(now.type, "character");
        EXPECT_EQ(now.tags.text, R"(["Wood","hero"])");
        EXPECT_EQ(json_of(now.metadata.text), json_of(R"({"new": 2})"));
        EXPECT_EQ(now.revision, 2);
        EXPECT_EQ(now.updated_by, owner_.user_id);
    }
    query::ListRequest request;
    const auto tagged = read([&](database::Tx& tx) {
        return asset::list_assets(tx, owner_, "bar", request, {{}, {}, {"hero"}});
    });
    EXPECT_EQ(tagged.data.size(), 3U);
    const auto all = events();
    EXPECT_EQ(all.back().action, "asset.updated");
    EXPECT_EQ(all[all.size() - 3].change_set, all.back().change_set);
    const auto after = json_of(all.back().patch.text).at("after").as_object();
    EXPECT_EQ(after.size(), 4U);
    // The same again changes nothing.
    const auto again = must(try_bulk(owner_, R"("set": {"type": "character", "tags": {"add": ["HERO"]}})"));
    EXPECT_EQ(again.changed, 0);
    EXPECT_EQ(again.data[0].revision, 2);
}

TEST_P(WorkflowBulk, many_move_at_once) {
    EXPECT_EQ(must(try_bulk(owner_, R"("transition": {"to": "in_progress", "comment": "Begun."})")).changed,
              3);
    EXPECT_EQ(get(2).status, "in_progress");
    const auto last = events().back();
    EXPECT_EQ(last.action, "asset.transitioned");
    EXPECT_EQ(json_of(last.patch.text).at("after").at("comment").as_string(), "Begun.");
}

TEST_P(WorkflowBulk, two_bulks_over_the_same_rows_both_end) {
    const auto other = open_another();
    std::vector<Id> forth;
    for (const auto& asset : assets_) forth.push_back(asset.id);
    const std::vector<Id> back(forth.rbegin(), forth.rend());
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            const auto done = try_write(i % 2 ? *other : database(), owner_, [&](access::Call& call) {
                return workflow::bulk(
                    call, "bar",
                    json_of(R"({"kind": "asset", "ids": )" + json::to_json(i % 2 ? forth : back) +
                            R"(, "set": {"tags": {"add": ["t)" + std::to_string(i) + "\"]}}}"));
            });
            EXPECT_TRUE(done) << done.error().detail;
        });
    for (auto& thread : threads) thread.join();
    EXPECT_THAT(revisions(), ElementsAre(9, 9, 9));
    EXPECT_EQ(json_of(get(0).tags.text).as_array().size(), 10U);
}

} // namespace
} // namespace bifrost::tests
