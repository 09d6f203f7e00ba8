// Dependencies: cycles and other refusals, then what they mean, what uses what, and what is different.

#include <latch>
#include <thread>

#include "publish_support.hpp"
#include "services/publish/compare.hpp"
#include "services/publish/impact.hpp"

namespace bifrost::tests {
namespace {

using boost::json::array;
using boost::json::object;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

object pinned(const Id& version) { return {{"version_id", version.text()}, {"kind", "reference"}}; }
object floating(const Id& product, const std::string& policy = "latest") {
    return {{"product_id", product.text()}, {"kind", "reference"}, {"policy", policy}};
}

class PublishDependency : public PublishTest {
  protected:
    void SetUp() override {
        PublishTest::SetUp();
        model_ = make_product(hero_.id, "model");
        rig_ = make_product(hero_.id, "rig");
        look_ = make_product(hero_.id, "look");
    }
    object with(array dependencies) {
        return {{"files", array{file("a.ma", "x")}}, {"dependencies", std::move(dependencies)}};
    }
    std::vector<publish::Dependency> dependencies_of(const Id& version) {
        return read([&](database::Tx& tx) { return publish::list_dependencies(tx, owner_, version, {}); })
            .data;
    }
    std::vector<std::string> needed_by(const Id& version) {
        std::vector<std::string> addresses;
        for (const auto& one :
             read([&](database::Tx& tx) { return publish::resolve_dependencies(tx, owner_, version); }))
            addresses.push_back(one.address);
        return addresses;
    }
    void set_status(const Id& version, const std::string& status) {
        must(database().write([&](database::Tx& tx) -> Result<> {
            BIFROST_CHECK(tx.execute_text("update version set status = $2 where id = $1",
                                          database::make_params(version, status)));
            return {};
        }));
    }
    /// A workflow for versions: "approved" is done.
    void make_workflow() {
        must(database().write([&](database::Tx& tx) -> Result<> {
            const Id id = Id::make();
            BIFROST_CHECK(tx.execute_text("delete from workflow where entity_kind = 'version'", {}));
            BIFROST_CHECK(tx.execute_text("insert into workflow (id, code, name, entity_kind, initial_state) "
                                          "values ($1, 'v', 'V', 'version', 'fresh')",
                                          database::make_params(id)));
            for (const auto& [code, category] : {std::pair{"fresh", "active"}, std::pair{"approved", "done"}})
                BIFROST_CHECK(tx.execute_text("insert into workflow_state (workflow_id, code, name, colour, "
                                              "category, sort_order) values ($1, $2, $2, '#fff', $3, 1)",
                                              database::make_params(id, code, category)));
            return {};
        }));
    }

    publish::Product model_;
    publish::Product rig_;
    publish::Product look_;
};
INSTANTIATE_FOR_BOTH_DATABASES(PublishDependency);

TEST_P(PublishDependency, targets_that_are_not_there_not_published_or_elsewhere_are_named) {
    const auto draft = create(model_.id, object{});
    const auto film = make_project("film", "feature");
    const auto other = make_asset("other", "film");
    const auto elsewhere = make_product(other.id, "model");
    const auto refused = try_create(
        owner_, rig_.id,
        with({pinned(Id::make()), pinned(draft.id), floating(elsewhere.id), floating(Id::make())}));
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()),
                ElementsAre("/dependencies/0/version_id", "/dependencies/1/version_id",
                            "/dependencies/2/product_id", "/dependencies/3/product_id"));
}

TEST_P(PublishDependency, a_library_that_one_may_read_may_be_depended_on) {
    const auto library = make_project("library", "library");
    const auto tree = make_asset("tree", "library");
    const auto product = make_product(tree.id, "model");
    const auto artist = with_role(bar_.id, "artist");
    object body{{"dependencies", array{floating(product.id)}}};
    EXPECT_ERROR(try_create(artist, model_.id, body), Errc::invalid);
    EXPECT_TRUE(try_create(owner_, model_.id, body));
}

TEST_P(PublishDependency, a_version_can_not_float_on_its_own_product) {
    const auto refused = try_create(owner_, model_.id, with({floating(model_.id)}));
    EXPECT_ERROR(refused, Errc::conflict);
    EXPECT_THAT(refused.error().detail, HasSubstr("bar:hero/model"));
}

TEST_P(PublishDependency, a_cycle_through_floating_and_pinned_ones_is_refused_and_named) {
    const auto model = publish_bytes(model_.id, "1");
    const auto rig = publish_bytes(rig_.id, "2", {floating(model_.id)});
    const auto look = publish_bytes(look_.id, "3", {pinned(rig.id)});
    const auto refused = try_create(owner_, model_.id, with({pinned(look.id)}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_THAT(refused.error().detail,
                HasSubstr("bar:hero/model@draft → bar:hero/look@1 → bar:hero/rig@1 → bar:hero/model"));
    const auto cycle = json_of(member_of(refused.error(), "cycle"));
    ASSERT_EQ(cycle.as_array().size(), 4U);
    EXPECT_EQ(cycle.as_array()[1].at("id").as_string(), look.id.text());
    EXPECT_EQ(count("select count(*) from version"), 3) << "nothing is left of the refused one";
    // An older version of the same product is no cycle.
    EXPECT_TRUE(try_create(owner_, model_.id, with({pinned(model.id)})));
}

TEST_P(PublishDependency, two_drafts_at_once_can_not_close_a_cycle_together) {
    publish_bytes(model_.id, "1");
    publish_bytes(rig_.id, "2");
    const auto left = with({floating(rig_.id)});
    const auto right = with({floating(model_.id)});
    const auto another = open_another();
    std::latch both(2);
    Result<publish::VersionDetail> first = Error{};
    Result<publish::VersionDetail> second = Error{};
    {
        const std::jthread one([&] {
            both.arrive_and_wait();
            first = try_create(owner_, model_.id, left);
        });
        const std::jthread two([&] {
            both.arrive_and_wait();
            second = try_write(*another, owner_, [&](access::Call& call) {
                return publish::create_version(call, rig_.id, right);
            });
        });
    }
    EXPECT_NE(first.has_value(), second.has_value()) << "exactly one of them wins";
    EXPECT_ERROR(first ? second : first, Errc::conflict);
}

TEST_P(PublishDependency, a_floating_one_is_recorded_as_what_it_meant_at_publish) {
    publish_bytes(model_.id, "1");
    const auto draft = create(rig_.id, with({floating(model_.id)}));
    const auto second = publish_bytes(model_.id, "2");
    publish_one(draft.id);
    publish_bytes(model_.id, "3");
    const auto dependencies = dependencies_of(draft.id);
    ASSERT_EQ(dependencies.size(), 1U);
    EXPECT_EQ(dependencies[0].resolved_version_id, second.id);
    EXPECT_EQ(dependencies[0].target_version_id, std::nullopt);
    EXPECT_EQ(dependencies[0].address, "bar:hero/model");
    EXPECT_THAT(needed_by(draft.id), ElementsAre("bar:hero/model@2"));
}

TEST_P(PublishDependency, one_that_means_nothing_stops_publishing_unless_it_is_optional) {
    const auto draft = create(rig_.id, with({floating(model_.id)}));
    const auto refused = try_publish(owner_, draft.id);
    EXPECT_ERROR(refused, Errc::conflict);
    EXPECT_THAT(refused.error().detail, HasSubstr("bar:hero/model"));
    auto optional = floating(model_.id);
    optional["optional"] = true;
    EXPECT_EQ(publish_one(create(rig_.id, with({optional})).id).state, "published");
}

TEST_P(PublishDependency, latest_approved_is_the_highest_in_a_done_state) {
    make_workflow();
    const auto first = publish_bytes(model_.id, "1");
    EXPECT_EQ(first.status, "fresh");
    const auto second = publish_bytes(model_.id, "2");
    publish_bytes(model_.id, "3");
    const auto draft = create(rig_.id, with({floating(model_.id, "latest_approved")}));
    EXPECT_ERROR(try_publish(owner_, draft.id), Errc::conflict);
    set_status(first.id, "approved");
    set_status(second.id, "approved");
    publish_one(draft.id);
    EXPECT_EQ(dependencies_of(draft.id).at(0).resolved_version_id, second.id);
}

TEST_P(PublishDependency, everything_that_a_version_needs_is_listed_once_nearest_first) {
    const auto model = publish_bytes(model_.id, "1");
    const auto rig = publish_bytes(rig_.id, "2", {pinned(model.id)});
    const auto look = publish_bytes(look_.id, "3", {pinned(rig.id), pinned(model.id)});
    EXPECT_THAT(needed_by(look.id), UnorderedElementsAre("bar:hero/rig@1", "bar:hero/model@1"));
    const auto top = publish_bytes(make_product(make_asset("set").id, "model").id, "4", {pinned(look.id)});
    EXPECT_THAT(needed_by(top.id), ElementsAre("bar:hero/look@1", testing::_, testing::_));
}

TEST_P(PublishDependency, impact_names_every_level_nearest_first) {
    const auto model = publish_bytes(model_.id, "1");
    const auto rig = publish_bytes(rig_.id, "2", {pinned(model.id)});
    publish_bytes(look_.id, "3", {floating(rig_.id)});
    const auto impact =
        read([&](database::Tx& tx) { return publish::version_impact(tx, owner_, model.id, {}); });
    ASSERT_EQ(impact.data.size(), 2U);
    EXPECT_FALSE(impact.truncated);
    EXPECT_EQ(impact.data[0].address, "bar:hero/rig@1");
    EXPECT_EQ(impact.data[0].depth, 1);
    EXPECT_EQ(impact.data[1].address, "bar:hero/look@1");
    EXPECT_EQ(impact.data[1].depth, 2);
    EXPECT_EQ(impact.data[1].via, "dependency");
    publish::ImpactLimits limits;
    limits.most = 1;
    const auto shortened =
        read([&](database::Tx& tx) { return publish::version_impact(tx, owner_, model.id, limits); });
    EXPECT_EQ(shortened.data.size(), 1U);
    EXPECT_TRUE(shortened.truncated);
    limits = {};
    limits.depth = 1;
    EXPECT_EQ(read([&](database::Tx& tx) {
                  return publish::version_impact(tx, owner_, model.id, limits);
              }).data.size(),
              1U);
    const auto outsider = stranger();
    EXPECT_ERROR(database().read(
                     [&](database::Tx& tx) { return publish::version_impact(tx, outsider, model.id, {}); }),
                 Errc::not_found);
}

TEST_P(PublishDependency, two_versions_are_compared_by_path_and_bytes) {
    const auto model = publish_bytes(model_.id, "1");
    const auto first = publish_one(
        create(rig_.id, object{{"files", array{file("a", "same"), file("b", "old"), file("c", "gone")}},
                               {"dependencies", array{pinned(model.id)}}})
            .id);
    const auto second = publish_one(
        create(rig_.id, object{{"files", array{file("a", "same"), file("b", "newer"), file("d", "come")}},
                               {"dependencies", array{floating(model_.id)}}})
            .id);
    const auto difference =
        read([&](database::Tx& tx) { return publish::compare_versions(tx, owner_, first.id, second.id); });
    ASSERT_EQ(difference.files.added.size(), 1U);
    EXPECT_EQ(difference.files.added[0].path, "d");
    ASSERT_EQ(difference.files.removed.size(), 1U);
    EXPECT_EQ(difference.files.removed[0].path, "c");
    ASSERT_EQ(difference.files.changed.size(), 1U);
    EXPECT_EQ(difference.files.changed[0].path, "b");
    EXPECT_EQ(difference.files.changed[0].to.sha256, sha256_hex("newer"));
    EXPECT_EQ(difference.files.unchanged, 1);
    EXPECT_EQ(difference.dependencies.added.size(), 1U);
    EXPECT_EQ(difference.dependencies.removed.size(), 1U);
    EXPECT_EQ(difference.size_change, 2);
}

} // namespace
} // namespace bifrost::tests
