// Casting, the breakdown, what a shot resolves to, and its lock.

#include "publish_support.hpp"
#include "services/publish/impact.hpp"
#include "services/publish/resolve.hpp"
#include "services/shot/breakdown.hpp"
#include "services/shot/casting.hpp"
#include "services/shot/lock.hpp"
#include "services/shot/sequence.hpp"
#include "services/shot/shot.hpp"
#include "services/workflow/workflow.hpp"

namespace bifrost::tests {
namespace {

using boost::json::array;
using boost::json::object;
using testing::ElementsAre;

class CastingTest : public PublishTest {
  protected:
    void SetUp() override {
        PublishTest::SetUp();
        model_ = make_product(hero_.id, "model");
        write(owner_, [&](access::Call& call) -> Result<int> {
            BIFROST_ASSIGN(sequence_, shot::create_sequence(call, "bar", object{{"code", "sq010"}}));
            BIFROST_ASSIGN(
                shot_, shot::create_shot(call, "bar",
                                         object{{"code", "sh0010"}, {"sequence_id", sequence_.id.text()}}));
            return 0;
        });
    }
    Result<shot::Casting> try_put(const boost::json::value& body, std::optional<std::int64_t> revision = {},
                                  std::string_view kind = "shot") {
        return try_write(owner_, [&](access::Call& call) {
            return shot::put_casting(call, kind, kind == "shot" ? shot_.id : sequence_.id, body, revision);
        });
    }
    Result<shot::Casting> try_patch(const boost::json::value& body) {
        return try_write(owner_, [&](access::Call& call) {
            return shot::patch_casting(call, "shot", shot_.id, body, std::nullopt);
        });
    }
    publish::ResolvedShot resolve(publish::ResolveRule rule = {}) {
        return read([&](database::Tx& tx) { return publish::resolve_shot(tx, owner_, shot_.id, rule); });
    }
    shot::LockUpdate lock(const boost::json::value& body) {
        return write(owner_, [&](access::Call& call) { return shot::update_lock(call, shot_.id, body); });
    }
    shot::Breakdown breakdown() {
        return read([&](database::Tx& tx) { return shot::get_breakdown(tx, owner_, "bar", {}); });
    }
    void approve(const Id& version) {
        write(owner_, [&](access::Call& call) {
            return workflow::transition(call, "version", version, object{{"to", "approved"}}, std::nullopt);
        });
    }
    std::string hero() const { return model_.owner_id.text(); }

    publish::Product model_;
    shot::Sequence sequence_;
    shot::Shot shot_;
};
INSTANTIATE_FOR_BOTH_DATABASES(CastingTest);

TEST_P(CastingTest, every_bad_row_is_named_at_once) {
    const auto refused = try_put(
        object{{"data", array{object{{"asset_id", Id::make().text()}},
                              object{{"asset_id", hero()}, {"occurrences", 0}, {"label", ""}},
                              object{{"id", Id::make().text()}, {"asset_id", hero()}, {"colour", 1}}}}});
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()),
                testing::UnorderedElementsAre("/data/1/occurrences", "/data/1/label", "/data/2/id",
                                              "/data/2/colour"));
    const auto missing = try_put(object{{"data", array{object{{"asset_id", Id::make().text()}}}}});
    ASSERT_FALSE(missing);
    EXPECT_THAT(pointers(missing.error()), ElementsAre("/data/0/asset_id"));
}

TEST_P(CastingTest, a_pin_of_a_version_of_something_else_is_refused) {
    const auto version = publish_bytes(model_.id, "1");
    const auto pinned = [&](const char* product) {
        return object{
            {"data", array{object{{"asset_id", hero()}, {"pins", object{{product, version.id.text()}}}}}}};
    };
    EXPECT_TRUE(try_put(pinned("model")));
    const auto refused = try_put(pinned("rig"));
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()), ElementsAre("/data/0/pins/rig"));
}

TEST_P(CastingTest, the_casting_has_a_revision_of_its_own) {
    const object body{{"data", array{object{{"asset_id", hero()}, {"occurrences", 2}}}}};
    EXPECT_EQ(must(try_put(body, 1)).revision, 2);
    EXPECT_ERROR(try_put(body, 1), Errc::stale_revision);
    EXPECT_EQ(must(try_put(object{{"data", array{}}}, 2)).revision, 3);
    EXPECT_EQ(must(try_put(object{{"data", array{}}}, 3)).revision, 3);
    EXPECT_EQ(read([&](database::Tx& tx) { return shot::get_shot(tx, owner_, shot_.id); }).revision, 1);
    EXPECT_THAT(actions(), testing::Contains("shot.casting_changed").Times(2));
}

TEST_P(CastingTest, a_patch_never_touches_rows_that_it_does_not_name) {
    const auto put = must(try_put(object{{"data", array{object{{"asset_id", hero()}, {"label", "hero"}},
                                                        object{{"asset_id", hero()}, {"label", "twin"}}}}}));
    const auto patched =
        must(try_patch(object{{"change", array{object{{"id", put.data[1].id.text()}, {"occurrences", 5}}}},
                              {"add", array{object{{"asset_id", hero()}, {"label", "third"}}}}}));
    ASSERT_EQ(patched.data.size(), 3U);
    EXPECT_EQ(patched.data[0], put.data[0]);
    EXPECT_EQ(patched.data[1].occurrences, 5);
    EXPECT_EQ(patched.data[1].label, "twin");
    EXPECT_EQ(must(try_patch(object{{"remove", array{put.data[0].id.text()}}})).data.size(), 2U);
    EXPECT_ERROR(try_patch(object{{"remove", array{put.data[0].id.text()}}}), Errc::invalid);
}

TEST_P(CastingTest, a_sequence_casts_for_all_of_its_shots_unless_they_do_themselves) {
    must(try_put(object{{"data", array{object{{"asset_id", hero()}, {"occurrences", 3}}}}}, {}, "sequence"));
    auto found = breakdown();
    ASSERT_EQ(found.cells.size(), 1U);
    EXPECT_TRUE(found.cells[0].inherited);
    EXPECT_EQ(found.cells[0].occurrences, 3);
    EXPECT_EQ(resolve().data.size(), 1U);
    must(try_put(object{{"data", array{object{{"asset_id", hero()}}, object{{"asset_id", hero()}}}}}));
    found = breakdown();
    ASSERT_EQ(found.cells.size(), 1U);
    EXPECT_FALSE(found.cells[0].inherited);
    EXPECT_EQ(found.cells[0].occurrences, 2);
    const auto resolved = resolve();
    ASSERT_EQ(resolved.data.size(), 2U);
    EXPECT_NE(resolved.data[0].path, resolved.data[1].path);
    const auto appears =
        read([&](database::Tx& tx) { return shot::list_appearances(tx, owner_, model_.owner_id); });
    EXPECT_EQ(appears.size(), 3U);
}

TEST_P(CastingTest, policies_mean_exact_versions) {
    const auto first = publish_bytes(model_.id, "1");
    const auto between = Timestamp::now();
    const auto second = publish_bytes(model_.id, "2");
    approve(first.id);
    must(try_put(object{{"data", array{object{{"asset_id", hero()}}}}}));
    const auto number = [&](publish::ResolveRule rule) {
        return resolve(std::move(rule)).data.at(0).products.at(0).number;
    };
    EXPECT_EQ(number({"latest", {}, {}}), 2);
    EXPECT_EQ(number({"latest_approved", {}, {}}), 1);
    EXPECT_EQ(number({"latest", between, {}}), 1);
    EXPECT_EQ(number({"latest_approved", between, {}}), std::nullopt);
    EXPECT_EQ(number({"latest_approved", Timestamp::now(), {}}), 1);
    EXPECT_EQ(number({"pinned", {}, {}}), std::nullopt);
    must(try_put(
        object{{"data", array{object{{"asset_id", hero()}, {"pins", object{{"model", first.id.text()}}}}}}}));
    EXPECT_EQ(number({"latest", {}, {}}), 1);
    EXPECT_EQ(number({"pinned", {}, {}}), 1);
}

TEST_P(CastingTest, a_lock_stays_until_it_is_moved_on) {
    publish_bytes(model_.id, "1");
    must(try_put(object{{"data", array{object{{"asset_id", hero()}, {"label", "hero"}}}}}));
    EXPECT_FALSE(read([&](database::Tx& tx) { return shot::get_lock(tx, owner_, shot_.id); }).stored);
    EXPECT_TRUE(lock(object{}).applied);
    const auto second = publish_bytes(model_.id, "2");
    approve(second.id);
    const auto plan = lock(object{{"dry_run", true}});
    EXPECT_FALSE(plan.applied);
    ASSERT_EQ(plan.data.size(), 1U);
    EXPECT_EQ(plan.data[0].path, "hero");
    EXPECT_EQ(plan.data[0].from->number, 1);
    EXPECT_EQ(plan.data[0].to->number, 2);
    EXPECT_EQ(plan.data[0].approved_by->code, "owner");
    auto stored = read([&](database::Tx& tx) { return shot::get_lock(tx, owner_, shot_.id); });
    ASSERT_EQ(stored.data.size(), 1U);
    EXPECT_EQ(stored.data[0].number, 1);
    publish::ResolveRule rule{"pinned", {}, {}};
    rule.locked = read([&](database::Tx& tx) { return shot::locked_versions(tx, shot_.id); });
    EXPECT_EQ(resolve(rule).data.at(0).products.at(0).number, 1);
    EXPECT_TRUE(lock(object{}).applied);
    EXPECT_TRUE(lock(object{}).data.empty());
    EXPECT_THAT(actions(), testing::Contains("shot.locked").Times(2));
}

TEST_P(CastingTest, impact_reaches_shots) {
    const auto version = publish_bytes(model_.id, "1");
    must(try_put(object{{"data", array{object{{"asset_id", hero()}}}}}));
    const auto impact =
        read([&](database::Tx& tx) { return publish::version_impact(tx, owner_, version.id, {}); });
    ASSERT_EQ(impact.data.size(), 1U);
    EXPECT_EQ(impact.data[0].kind, "shot");
    EXPECT_EQ(impact.data[0].via, "casting");
    EXPECT_EQ(impact.data[0].address, "bar:sq010/sh0010");
}

} // namespace
} // namespace bifrost::tests
