// Addresses, and resolving assets with their components.

#include "publish_support.hpp"
#include "services/asset/component.hpp"
#include "services/publish/address.hpp"
#include "services/publish/impact.hpp"
#include "services/publish/resolve.hpp"

namespace bifrost::tests {
namespace {

using boost::json::array;
using boost::json::object;
using testing::ElementsAre;
using testing::HasSubstr;

class PublishResolve : public PublishTest {
  protected:
    void SetUp() override {
        PublishTest::SetUp();
        model_ = make_product(hero_.id, "model");
    }
    Result<publish::Location> locate(const access::Actor& actor, const std::string& address,
                                     const std::string& project = "") {
        return database().read(
            [&](database::Tx& tx) { return publish::resolve_address(tx, actor, address, project); });
    }
    std::string whole(const std::string& address, const std::string& project = "") {
        return must(locate(owner_, address, project)).address;
    }
    asset::Asset make_assembly(const std::string& code) {
        return write(owner_, [&](access::Call& call) {
            return asset::create_asset(
                call, "bar",
                object{{"code", code}, {"name", code}, {"type", "environment"}, {"is_assembly", true}});
        });
    }
    void assemble(const Id& assembly, array rows) {
        const auto revision =
            read([&](database::Tx& tx) { return asset::get_components(tx, owner_, assembly); }).revision;
        write(owner_, [&](access::Call& call) {
            return asset::put_components(call, assembly, object{{"data", std::move(rows)}}, revision);
        });
    }
    Result<publish::Resolved> try_resolve(const access::Actor& actor, const Id& id,
                                          const std::string& policy = "") {
        return database().snapshot(
            [&](database::Tx& tx) { return publish::resolve_asset(tx, actor, id, policy); });
    }
    publish::Product model_;
};
INSTANTIATE_FOR_BOTH_DATABASES(PublishResolve);

TEST_P(PublishResolve, malformed_addresses_are_invalid_and_say_why) {
    for (const char* address :
         {"hero/model", "bar:hero/", "bar:/hero", ":hero", "bar:hero@", "bar:hero/mo del!", "bar:hero/model@",
          "bar:hero/model@x", "bar:hero/model@0", "bar:hero@1", "bar:a/b/c/d/e/f/g/h/i", "@3"})
        EXPECT_ERROR(locate(owner_, address), Errc::invalid);
}

TEST_P(PublishResolve, what_is_not_there_or_may_not_be_seen_is_not_found) {
    publish_bytes(model_.id, "1");
    for (const char* address : {"foo:hero", "hero", "bar:villain", "bar:hero/rig", "bar:hero/model@2",
                                "bar:hero/model@approved", "01234567-89ab-7def-8123-456789abcdef"})
        EXPECT_ERROR(locate(owner_, address), Errc::not_found);
    const auto outsider = stranger();
    for (const std::string& address : {std::string("bar:hero"), std::string("bar:hero/model@1"),
                                       hero_.id.text(), std::string("bar:nothing")})
        EXPECT_ERROR(locate(outsider, address), Errc::not_found);
    EXPECT_THAT(locate(owner_, "bar:hero/rig").error().detail, HasSubstr("'rig' in 'hero'"));
}

TEST_P(PublishResolve, a_draft_is_there_for_its_author_only) {
    const auto artist = with_role(bar_.id, "artist");
    const auto draft = must(try_create(artist, model_.id, object{{"reserve_number", true}}));
    EXPECT_EQ(must(locate(artist, "bar:hero/model@1")).id, draft.id);
    EXPECT_ERROR(locate(with_role(bar_.id, "artist"), "bar:hero/model@1"), Errc::not_found);
    EXPECT_ERROR(locate(with_role(bar_.id, "artist"), draft.id.text()), Errc::not_found);
}

TEST_P(PublishResolve, addresses_are_walked_from_the_left_and_ids_work_everywhere) {
    const auto version = publish_bytes(model_.id, "1");
    publish_bytes(model_.id, "2");
    EXPECT_EQ(whole("bar:"), "bar:");
    EXPECT_EQ(whole("bar"), "bar:");
    EXPECT_EQ(whole("BAR:Hero/Model@1"), "bar:hero/model@1");
    EXPECT_EQ(whole("hero/model", "bar"), "bar:hero/model");
    EXPECT_EQ(whole("bar:hero/model@v001"), "bar:hero/model@1");
    EXPECT_EQ(whole("bar:hero/model@latest"), "bar:hero/model@2");
    EXPECT_EQ(whole(version.id.text()), "bar:hero/model@1");
    EXPECT_EQ(whole(hero_.id.text()), "bar:hero");
    EXPECT_EQ(whole(hero_.id.text() + "/model@2"), "bar:hero/model@2");
    EXPECT_EQ(whole(model_.id.text() + "@latest"), "bar:hero/model@2");
    EXPECT_EQ(whole(bar_.id.text() + ":hero"), "bar:hero");
    const auto location = must(locate(owner_, "bar:hero/model@1"));
    EXPECT_EQ(location.kind, "version");
    EXPECT_EQ(location.version_id, version.id);
    EXPECT_EQ(location.product_id, model_.id);
    EXPECT_EQ(location.asset_id, hero_.id);
    EXPECT_EQ(location.project_id, bar_.id);
}

TEST_P(PublishResolve, an_asset_resolves_to_versions_representations_and_files) {
    publish_bytes(model_.id, "1");
    const auto second = publish_bytes(model_.id, "2");
    make_product(hero_.id, "rig");
    const auto resolved = must(try_resolve(owner_, hero_.id));
    EXPECT_EQ(resolved.policy, "latest");
    ASSERT_EQ(resolved.data.size(), 1U);
    ASSERT_EQ(resolved.data[0].products.size(), 2U);
    const auto& model = resolved.data[0].products[0];
    EXPECT_EQ(model.version_id, second.id);
    EXPECT_EQ(model.number, 2);
    EXPECT_EQ(model.pin, "latest");
    ASSERT_EQ(model.representations.size(), 1U);
    ASSERT_EQ(model.representations[0].files.size(), 1U);
    EXPECT_EQ(model.representations[0].files[0].sha256, sha256_hex("2"));
    EXPECT_EQ(resolved.data[0].products[1].version_id, std::nullopt);
    EXPECT_ERROR(try_resolve(stranger(), hero_.id), Errc::not_found);
    EXPECT_ERROR(try_resolve(owner_, model_.id), Errc::not_found);
}

TEST_P(PublishResolve, components_resolve_by_their_pins_depth_first) {
    const auto first = publish_bytes(model_.id, "1");
    publish_bytes(model_.id, "2");
    const auto house = make_assembly("house");
    const auto street = make_assembly("street");
    assemble(house.id, {object{{"asset_id", hero_.id.text()},
                               {"name", "door"},
                               {"pins", object{{"model", first.id.text()}}}},
                        object{{"asset_id", hero_.id.text()}, {"name", "window"}, {"count", 3}}});
    assemble(street.id, {object{{"asset_id", house.id.text()}, {"name", "left"}},
                         object{{"asset_id", house.id.text()}, {"name", "right"}}});
    const auto resolved = must(try_resolve(owner_, street.id));
    ASSERT_EQ(resolved.data.size(), 7U);
    EXPECT_TRUE(resolved.data[0].path.empty());
    EXPECT_THAT(resolved.data[1].path, ElementsAre("left"));
    EXPECT_THAT(resolved.data[2].path, ElementsAre("left", "door"));
    EXPECT_THAT(resolved.data[3].path, ElementsAre("left", "window"));
    EXPECT_THAT(resolved.data[6].path, ElementsAre("right", "window"));
    EXPECT_EQ(resolved.data[2].products.at(0).number, 1);
    EXPECT_EQ(resolved.data[2].products.at(0).pin, first.id.text());
    EXPECT_EQ(resolved.data[3].products.at(0).number, 2);
    EXPECT_EQ(resolved.data[3].count, 3);
    // What it is made of tells what a change of it reaches.
    const auto impact =
        read([&](database::Tx& tx) { return publish::asset_impact(tx, owner_, hero_.id, {}); });
    ASSERT_EQ(impact.data.size(), 2U);
    EXPECT_EQ(impact.data[0].address, "bar:house");
    EXPECT_EQ(impact.data[0].via, "component");
    EXPECT_EQ(impact.data[1].address, "bar:street");
    EXPECT_EQ(impact.data[1].depth, 2);
    EXPECT_EQ(
        read([&](database::Tx& tx) { return publish::version_impact(tx, owner_, first.id, {}); }).data.size(),
        2U);
}

TEST_P(PublishResolve, an_archived_version_is_kept_by_its_pin_and_by_nothing_else) {
    publish_bytes(model_.id, "1");
    const auto second = publish_bytes(model_.id, "2");
    const auto house = make_assembly("house");
    assemble(
        house.id,
        {object{{"asset_id", hero_.id.text()}, {"name", "a"}, {"pins", object{{"model", second.id.text()}}}},
         object{{"asset_id", hero_.id.text()}, {"name", "b"}}});
    write(owner_,
          [&](access::Call& call) { return publish::archive_version(call, second.id, std::nullopt); });
    const auto resolved = must(try_resolve(owner_, house.id));
    EXPECT_EQ(resolved.data.at(1).products.at(0).number, 2);
    EXPECT_EQ(resolved.data.at(2).products.at(0).number, 1);
    EXPECT_EQ(must(try_resolve(owner_, house.id, "latest_approved")).data.at(2).products.at(0).number,
              std::nullopt);
}

} // namespace
} // namespace bifrost::tests
