// Products: refusals, then getting or making one without a race.

#include <thread>

#include "publish_support.hpp"

namespace bifrost::tests {
namespace {

using boost::json::object;

class PublishProduct : public PublishTest {
  protected:
    Result<publish::Product> try_make(const access::Actor& actor, const Id& owner, const object& body) {
        return try_write(
            actor, [&](access::Call& call) { return publish::create_product(call, owner, "asset", body); });
    }
    Result<publish::PutProduct> put(database::Database& on, const std::string& code,
                                    const object& body = {}) {
        return try_write(on, owner_, [&](access::Call& call) {
            return publish::put_product(call, hero_.id, "asset", code, body);
        });
    }
};
INSTANTIATE_FOR_BOTH_DATABASES(PublishProduct);

TEST_P(PublishProduct, bad_fields_are_named) {
    const auto refused = try_make(owner_, hero_.id, object{{"code", "../x"}, {"kind", 5}, {"colour", 1}});
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()), testing::UnorderedElementsAre("/code", "/kind", "/colour"));
    EXPECT_ERROR(put(database(), "a/b"), Errc::invalid);
}

TEST_P(PublishProduct, viewers_may_not_and_strangers_find_no_asset) {
    EXPECT_ERROR(try_make(with_role(bar_.id, "viewer"), hero_.id, {{"code", "model"}}), Errc::forbidden);
    EXPECT_ERROR(try_make(stranger(), hero_.id, {{"code", "model"}}), Errc::not_found);
    EXPECT_TRUE(try_make(with_role(bar_.id, "artist"), hero_.id, {{"code", "model"}}));
}

TEST_P(PublishProduct, only_assets_shots_sequences_and_episodes_have_products) {
    const auto model = make_product(hero_.id, "model");
    for (const auto& owner : {bar_.id, model.id, Id::make()})
        EXPECT_ERROR(try_write(owner_,
                               [&](access::Call& call) {
                                   return publish::create_product(call, owner, "", object{{"code", "x"}});
                               }),
                     Errc::not_found);
}

TEST_P(PublishProduct, the_same_code_again_is_a_conflict_also_folded_and_archived) {
    const auto model = make_product(hero_.id, "model");
    EXPECT_ERROR(try_make(owner_, hero_.id, {{"code", "MODEL"}}), Errc::conflict);
    write(owner_, [&](access::Call& call) { return publish::archive_product(call, model.id, std::nullopt); });
    EXPECT_ERROR(try_make(owner_, hero_.id, {{"code", "model"}}), Errc::conflict);
    EXPECT_ERROR(put(database(), "model"), Errc::conflict);
}

TEST_P(PublishProduct, an_archived_asset_takes_no_products) {
    write(owner_, [&](access::Call& call) { return asset::archive_asset(call, hero_.id, std::nullopt); });
    EXPECT_ERROR(try_make(owner_, hero_.id, {{"code", "model"}}), Errc::conflict);
}

TEST_P(PublishProduct, it_is_got_or_made_and_stays_as_it_is) {
    const auto made = must(put(database(), "Rig High", {{"kind", "rig"}}));
    EXPECT_TRUE(made.created);
    EXPECT_EQ(made.product.code, "rig_high");
    EXPECT_EQ(made.product.label, "Rig High");
    EXPECT_EQ(made.product.kind, "rig");
    const auto again = must(put(database(), "rig_high", {{"kind", "other"}}));
    EXPECT_FALSE(again.created);
    EXPECT_EQ(json::to_json(again.product), json::to_json(made.product));
}

TEST_P(PublishProduct, many_who_want_it_at_once_get_the_same_one) {
    std::vector<publish::PutProduct> answers(4);
    {
        std::vector<std::jthread> threads;
        for (auto& answer : answers)
            threads.emplace_back([&] {
                const auto another = open_another();
                answer = must(put(*another, "model"));
            });
    }
    int created = 0;
    for (const auto& answer : answers) {
        EXPECT_EQ(answer.product.id, answers[0].product.id);
        created += answer.created ? 1 : 0;
    }
    EXPECT_EQ(created, 1);
    const auto done = actions();
    EXPECT_EQ(std::count(done.begin(), done.end(), "product.created"), 1);
}

TEST_P(PublishProduct, changes_need_the_revision_that_stands) {
    const auto model = make_product(hero_.id, "model");
    const auto update = [&](object patch, std::optional<std::int64_t> revision) {
        return try_write(owner_, [&](access::Call& call) {
            return publish::update_product(call, model.id, patch, revision);
        });
    };
    EXPECT_ERROR(update({{"kind", "geometry"}}, 7), Errc::stale_revision);
    EXPECT_ERROR(update({{"code", nullptr}}, {}), Errc::invalid);
    make_product(hero_.id, "rig");
    EXPECT_ERROR(update({{"code", "rig"}}, {}), Errc::conflict);
    const auto changed = must(update({{"kind", "geometry"}, {"code", "Mesh"}}, 1));
    EXPECT_EQ(changed.kind, "geometry");
    EXPECT_EQ(changed.code, "mesh");
    EXPECT_EQ(changed.revision, 2);
}

TEST_P(PublishProduct, a_list_shows_the_latest_version_of_each) {
    const auto model = make_product(hero_.id, "model");
    make_product(hero_.id, "rig");
    const auto version = publish_bytes(model.id, "1");
    const auto page =
        read([&](database::Tx& tx) { return publish::list_products(tx, owner_, hero_.id, "asset", {}); });
    ASSERT_EQ(page.data.size(), 2U);
    EXPECT_EQ(page.data[0].latest_version_id, version.id);
    EXPECT_EQ(page.data[0].latest_number, 1);
    EXPECT_EQ(page.data[1].latest_number, std::nullopt);
}

TEST_P(PublishProduct, purging_takes_its_versions_unless_others_depend_on_them) {
    const auto model = make_product(hero_.id, "model");
    const auto rig = make_product(hero_.id, "rig");
    const auto first = publish_bytes(model.id, "1");
    publish_bytes(rig.id, "2", {object{{"version_id", first.id.text()}, {"kind", "rig"}}});
    const auto purge = [&](const Id& id) {
        write(owner_, [&](access::Call& call) { return publish::archive_product(call, id, std::nullopt); });
        return try_write(owner_, [&](access::Call& call) { return publish::purge_product(call, id); });
    };
    EXPECT_ERROR(purge(model.id), Errc::conflict);
    EXPECT_TRUE(purge(rig.id));
    EXPECT_TRUE(purge(model.id));
    EXPECT_EQ(count("select count(*) from version"), 0);
}

} // namespace
} // namespace bifrost::tests
