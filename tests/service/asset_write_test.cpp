// Making and changing assets: what is refused first, then what works.

#include <thread>

#include "production_support.hpp"
#include "services/asset/asset.hpp"

namespace bifrost::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class AssetWrite : public ProductionTest {
  protected:
    Result<asset::Asset> try_create(const access::Actor& actor, std::string_view body,
                                    std::string_view project = "bar") {
        return try_write(
            actor, [&](access::Call& call) { return asset::create_asset(call, project, json_of(body)); });
    }
    asset::Asset create(std::string_view body) { return must(try_create(owner_, body)); }
    Result<asset::Asset> try_update(const access::Actor& actor, const Id& id, std::string_view patch,
                                    std::optional<std::int64_t> revision = {}) {
        return try_write(actor, [&](access::Call& call) {
            return asset::update_asset(call, id, json_of(patch), revision);
        });
    }
    asset::Asset get(const Id& id) {
        return read([&](database::Tx& tx) { return asset::get_asset(tx, owner_, id); });
    }
    std::size_t count_assets() {
        return read([&](database::Tx& tx) { return asset::list_assets(tx, owner_, "bar", {}, {}); })
            .data.size();
    }
};
INSTANTIATE_FOR_BOTH_DATABASES(AssetWrite);

TEST_P(AssetWrite, every_bad_field_is_named_at_once) {
    const auto refused = try_create(owner_, R"({"code": "../etc", "name": "a\nb", "type": 5, "tags": "x",
        "is_assembly": "yes", "metadata": [], "status": "final", "colour": "red"})");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::invalid);
    EXPECT_THAT(pointers(refused.error()),
                testing::UnorderedElementsAre("/code", "/name", "/type", "/tags", "/is_assembly", "/metadata",
                                              "/status", "/colour"));
    EXPECT_EQ(count_assets(), 0U);
}

TEST_P(AssetWrite, a_name_of_ten_thousand_characters_is_refused) {
    const std::string body = R"({"code": "a", "type": "prop", "name": ")" + std::string(10'000, 'x') + "\"}";
    const auto refused = try_create(owner_, body);
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()), ElementsAre("/name"));
}

TEST_P(AssetWrite, codes_that_could_leave_a_folder_are_refused) {
    for (const std::string code : {"a/b", "..", ".", "a\\\\b", "a:b", "", "-a", "_a", "a\\u0000", "ä"})
        EXPECT_ERROR(try_create(owner_, R"({"name": "x", "type": "prop", "code": ")" + code + "\"}"),
                     Errc::invalid);
}

TEST_P(AssetWrite, a_body_that_is_no_object_is_refused) {
    for (const std::string body : {"[]", "null", "5", "\"a\""})
        EXPECT_ERROR(try_create(owner_, body), Errc::invalid);
}

TEST_P(AssetWrite, a_type_that_nobody_knows_is_refused) {
    const auto refused = try_create(owner_, R"({"code": "a", "name": "A", "type": "spaceship"})");
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()), ElementsAre("/type"));
    EXPECT_THAT(refused.error().fields[0].detail, HasSubstr("character"));
}

TEST_P(AssetWrite, status_is_never_set_directly) {
    const auto made = create(R"({"code": "a", "name": "A", "type": "prop"})");
    const auto refused = try_update(owner_, made.id, R"({"status": "final"})");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::invalid);
    EXPECT_THAT(refused.error().fields[0].detail, HasSubstr("/transitions"));
    EXPECT_EQ(get(made.id).status, "concept");
}

TEST_P(AssetWrite, a_taken_code_is_a_conflict_whatever_its_case) {
    create(R"({"code": "hero", "name": "Hero", "type": "character"})");
    const auto refused = try_create(owner_, R"({"code": "HERO", "name": "Other", "type": "prop"})");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_THAT(refused.error().detail, HasSubstr("'hero'"));
    EXPECT_EQ(count_assets(), 1U);
}

TEST_P(AssetWrite, two_who_take_the_same_code_at_once_get_one_asset) {
    const auto other = open_another();
    std::array<Result<asset::Asset>, 8> outcomes{Error{}, Error{}, Error{}, Error{},
                                                 Error{}, Error{}, Error{}, Error{}};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        threads.emplace_back([&, i] {
            outcomes[i] = try_write(i % 2 ? *other : database(), owner_, [&](access::Call& call) {
                return asset::create_asset(call, "bar",
                                           json_of(R"({"code": "hero", "name": "Hero", "type": "prop"})"));
            });
        });
    for (auto& thread : threads) thread.join();
    int made = 0;
    for (const auto& outcome : outcomes) {
        if (outcome)
            ++made;
        else
            EXPECT_EQ(outcome.error().code, Errc::conflict) << outcome.error().detail;
    }
    EXPECT_EQ(made, 1);
    EXPECT_EQ(count_assets(), 1U);
}

TEST_P(AssetWrite, two_who_change_the_same_asset_at_once_lose_nothing) {
    const auto made = create(R"({"code": "hero", "name": "Hero", "type": "prop"})");
    const auto other = open_another();
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            const auto done = try_write(i % 2 ? *other : database(), owner_, [&](access::Call& call) {
                const boost::json::object metadata{{"k" + std::to_string(i), i}};
                return asset::update_asset(call, made.id, boost::json::object{{"metadata", metadata}}, {});
            });
            EXPECT_TRUE(done) << done.error().detail;
        });
    for (auto& thread : threads) thread.join();
    const auto now = get(made.id);
    EXPECT_EQ(now.revision, 9);
    EXPECT_EQ(json_of(now.metadata.text).as_object().size(), 8U);
}

TEST_P(AssetWrite, a_stale_revision_changes_nothing) {
    const auto made = create(R"({"code": "a", "name": "A", "type": "prop"})");
    ASSERT_TRUE(try_update(owner_, made.id, R"({"name": "B"})", 1));
    EXPECT_ERROR(try_update(owner_, made.id, R"({"name": "C"})", 1), Errc::stale_revision);
    EXPECT_ERROR(try_update(owner_, made.id, R"({"name": "B"})", 1), Errc::stale_revision);
    EXPECT_EQ(get(made.id).name, "B");
}

TEST_P(AssetWrite, a_patch_to_a_taken_code_is_a_conflict) {
    create(R"({"code": "a", "name": "A", "type": "prop"})");
    const auto made = create(R"({"code": "b", "name": "B", "type": "prop"})");
    EXPECT_ERROR(try_update(owner_, made.id, R"({"code": "A"})"), Errc::conflict);
    EXPECT_EQ(get(made.id).code, "b");
}

TEST_P(AssetWrite, what_must_stay_can_not_be_patched_away) {
    const auto made = create(R"({"code": "a", "name": "A", "type": "prop"})");
    const auto refused =
        try_update(owner_, made.id, R"({"code": null, "name": null, "type": null, "is_assembly": null})");
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()), ElementsAre("/code", "/name", "/type", "/is_assembly"));
}

TEST_P(AssetWrite, metadata_can_not_grow_beyond_its_limit_patch_by_patch) {
    const auto made = create(R"({"code": "a", "name": "A", "type": "prop"})");
    const std::string half(40'000, 'x');
    ASSERT_TRUE(try_update(owner_, made.id, R"({"metadata": {"a": ")" + half + "\"}}"));
    const auto refused = try_update(owner_, made.id, R"({"metadata": {"b": ")" + half + "\"}}");
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()), ElementsAre("/metadata"));
}

TEST_P(AssetWrite, roles_may_what_the_policy_says) {
    const auto made = create(R"({"code": "a", "name": "A", "type": "prop"})");
    const std::string body = R"({"code": "b", "name": "B", "type": "prop"})";
    EXPECT_ERROR(try_create(stranger(), body), Errc::not_found);
    EXPECT_ERROR(try_update(stranger(), made.id, R"({"name": "x"})"), Errc::not_found);
    EXPECT_ERROR(try_create(with_role(bar_.id, "viewer"), body), Errc::forbidden);
    EXPECT_ERROR(try_create(with_role(bar_.id, "artist"), body), Errc::forbidden);
    EXPECT_ERROR(try_update(with_role(bar_.id, "artist"), made.id, R"({"name": "x"})"), Errc::forbidden);
    EXPECT_ERROR(try_write(with_role(bar_.id, "supervisor"),
                           [&](access::Call& call) { return asset::purge_asset(call, made.id); }),
                 Errc::forbidden);
    EXPECT_TRUE(try_create(with_role(bar_.id, "lead"), body));
}

TEST_P(AssetWrite, a_project_that_is_not_there_takes_nothing) {
    const std::string body = R"({"code": "a", "name": "A", "type": "prop"})";
    EXPECT_ERROR(try_create(owner_, body, "nowhere"), Errc::not_found);
    EXPECT_ERROR(try_create(owner_, body, Id::make().text()), Errc::not_found);
    const auto made = create(body);
    EXPECT_ERROR(try_create(owner_, R"({"code": "b", "name": "B", "type": "prop"})", made.id.text()),
                 Errc::not_found);
    EXPECT_EQ(count_assets(), 1U);
}

TEST_P(AssetWrite, nothing_is_added_to_an_archived_project) {
    write(owner_, [&](access::Call& call) { return project::archive_project(call, "bar", {}); });
    EXPECT_ERROR(try_create(owner_, R"({"code": "a", "name": "A", "type": "prop"})"), Errc::conflict);
    EXPECT_ERROR(try_create(owner_, R"({"code": "a", "name": "A", "type": "prop"})", bar_.id.text()),
                 Errc::conflict);
}

TEST_P(AssetWrite, only_what_is_archived_can_be_purged) {
    const auto made = create(R"({"code": "a", "name": "A", "type": "prop", "tags": ["x"]})");
    EXPECT_ERROR(try_write(owner_, [&](access::Call& call) { return asset::purge_asset(call, made.id); }),
                 Errc::conflict);
    write(owner_, [&](access::Call& call) { return asset::archive_asset(call, made.id, 1); });
    write(owner_, [&](access::Call& call) { return asset::purge_asset(call, made.id); });
    EXPECT_ERROR(database().read([&](database::Tx& tx) { return asset::get_asset(tx, owner_, made.id); }),
                 Errc::not_found);
    EXPECT_TRUE(try_create(owner_, R"({"code": "a", "name": "A", "type": "prop"})"));
}

TEST_P(AssetWrite, a_new_asset_is_whole) {
    const auto made = create(R"({"code": "Char Hero", "name": "Hero", "type": "Character",
        "description": "A robot\nthat tends the bar", "tags": ["Hero", "robot", "HERO"],
        "metadata": {"b": 1, "a": {"c": [1.5]}}})");
    EXPECT_EQ(made.code, "char_hero");
    EXPECT_EQ(made.label, "Char Hero");
    EXPECT_EQ(made.type, "character");
    EXPECT_EQ(made.status, "concept");
    EXPECT_EQ(made.tags.text, R"(["Hero","robot"])");
    EXPECT_EQ(made.revision, 1);
    EXPECT_EQ(made.created_by, owner_.user_id);
    EXPECT_FALSE(made.is_assembly);
    EXPECT_FALSE(made.thumbnail_url);
    const auto found = get(made.id);
    EXPECT_EQ(found.description, "A robot\nthat tends the bar");
    EXPECT_EQ(json_of(found.metadata.text), json_of(R"({"a": {"c": [1.5]}, "b": 1})"));
    EXPECT_EQ(found.created_at, made.created_at);
    const auto all = events();
    ASSERT_EQ(all.back().action, "asset.created");
    const auto after = json_of(all.back().patch.text).at("after").as_object();
    EXPECT_EQ(after.at("status"), "concept");
    EXPECT_EQ(after.at("tags"), json_of(R"(["Hero", "robot"])"));
    EXPECT_FALSE(after.contains("revision"));
}

TEST_P(AssetWrite, places_are_assemblies_unless_said_otherwise) {
    EXPECT_TRUE(create(R"({"code": "a", "name": "A", "type": "environment"})").is_assembly);
    EXPECT_TRUE(create(R"({"code": "b", "name": "B", "type": "interior"})").is_assembly);
    EXPECT_FALSE(
        create(R"({"code": "c", "name": "C", "type": "exterior", "is_assembly": false})").is_assembly);
    EXPECT_TRUE(create(R"({"code": "d", "name": "D", "type": "prop", "is_assembly": true})").is_assembly);
}

TEST_P(AssetWrite, a_patch_writes_what_changed_and_nothing_else) {
    const auto made = create(R"({"code": "a", "name": "A", "type": "prop", "tags": ["x"],
        "description": "text", "metadata": {"keep": 1, "drop": 2}})");
    const auto now =
        must(try_update(owner_, made.id, R"({"name": "B", "tags": ["y", "z"], "description": null,
        "metadata": {"drop": null, "add": 3}})",
                        1));
    EXPECT_EQ(now.revision, 2);
    EXPECT_EQ(now.name, "B");
    EXPECT_EQ(now.description, "");
    EXPECT_EQ(now.type, "prop");
    EXPECT_EQ(json_of(now.metadata.text), json_of(R"({"add": 3, "keep": 1})"));
    EXPECT_EQ(json_of(json::to_json(get(made.id))), json_of(json::to_json(now)));
    const auto patch = json_of(events().back().patch.text);
    EXPECT_EQ(patch.at("before").as_object().size(), 4U);
    EXPECT_EQ(patch.at("before").at("name"), "A");
    EXPECT_EQ(patch.at("after").at("tags"), json_of(R"(["y", "z"])"));
}

TEST_P(AssetWrite, a_patch_that_changes_nothing_leaves_the_revision_alone) {
    const auto made = create(R"({"code": "a", "name": "A", "type": "prop", "metadata": {"b": 1, "a": 2}})");
    const auto before = events().size();
    const auto now = must(try_update(owner_, made.id, R"({"name": "A", "metadata": {"a": 2}})"));
    EXPECT_EQ(now.revision, 1);
    EXPECT_EQ(events().size(), before);
}

TEST_P(AssetWrite, archiving_hides_and_restoring_brings_back) {
    const auto made = create(R"({"code": "a", "name": "A", "type": "prop"})");
    const auto archived =
        write(owner_, [&](access::Call& call) { return asset::archive_asset(call, made.id, 1); });
    EXPECT_TRUE(archived.archived_at);
    EXPECT_EQ(archived.revision, 2);
    EXPECT_EQ(count_assets(), 0U);
    const auto again =
        write(owner_, [&](access::Call& call) { return asset::archive_asset(call, made.id, {}); });
    EXPECT_EQ(again.revision, 2);
    const auto back =
        write(owner_, [&](access::Call& call) { return asset::restore_asset(call, made.id, 2); });
    EXPECT_FALSE(back.archived_at);
    EXPECT_EQ(count_assets(), 1U);
    EXPECT_THAT(actions(), testing::IsSupersetOf({"asset.archived", "asset.restored"}));
}

TEST_P(AssetWrite, a_project_adds_types_of_its_own) {
    const auto add = [&](const access::Actor& actor, std::string_view body) {
        return try_write(
            actor, [&](access::Call& call) { return asset::create_asset_type(call, "bar", json_of(body)); });
    };
    EXPECT_ERROR(add(with_role(bar_.id, "lead"), R"({"code": "creature", "name": "Creature"})"),
                 Errc::forbidden);
    EXPECT_ERROR(add(owner_, R"({"code": "prop", "name": "Prop"})"), Errc::conflict);
    EXPECT_ERROR(add(owner_, R"({"code": "a/b", "name": ""})"), Errc::invalid);
    ASSERT_TRUE(add(owner_, R"({"code": "Kit", "name": "Kit", "is_assembly": true})"));
    EXPECT_ERROR(add(owner_, R"({"code": "kit", "name": "Kit"})"), Errc::conflict);
    EXPECT_TRUE(create(R"({"code": "a", "name": "A", "type": "KIT"})").is_assembly);
    make_project("other", "feature");
    EXPECT_ERROR(try_create(owner_, R"({"code": "a", "name": "A", "type": "kit"})", "other"), Errc::invalid);
    const auto types = read([&](database::Tx& tx) { return asset::list_asset_types(tx, owner_, "bar"); });
    EXPECT_EQ(types.size(), 15U);
    EXPECT_TRUE(std::is_sorted(types.begin(), types.end(), [](auto& a, auto& b) { return a.code < b.code; }));
}

} // namespace
} // namespace bifrost::tests
