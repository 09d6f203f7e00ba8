// Assemblies: what they may be made of, and that none ever contains itself.

#include <thread>

#include "production_support.hpp"
#include "services/asset/component.hpp"

namespace bifrost::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class AssetComponent : public ProductionTest {
  protected:
    asset::Asset create(std::string_view code, std::string_view type = "interior",
                        std::string_view project = "bar") {
        return write(owner_, [&](access::Call& call) {
            return asset::create_asset(call, project,
                                       boost::json::object{{"code", code}, {"name", code}, {"type", type}});
        });
    }
    Result<asset::Components> try_put(database::Database& on, const access::Actor& actor, const Id& assembly,
                                      std::string_view rows, std::optional<std::int64_t> revision = {}) {
        return try_write(on, actor, [&](access::Call& call) {
            return asset::put_components(call, assembly, json_of(R"({"data": )" + std::string(rows) + "}"),
                                         revision);
        });
    }
    Result<asset::Components> try_put(const Id& assembly, std::string_view rows,
                                      std::optional<std::int64_t> revision = {}) {
        return try_put(database(), owner_, assembly, rows, revision);
    }
    asset::Components get(const Id& assembly) {
        return read([&](database::Tx& tx) { return asset::get_components(tx, owner_, assembly); });
    }
    static std::string of(const Id& id, std::string_view more = "") {
        return R"({"asset_id": ")" + id.text() + "\"" + (more.empty() ? "" : ", ") + std::string(more) + "}";
    }
    std::vector<std::string> names(const Id& assembly) {
        std::vector<std::string> out;
        for (const auto& component : get(assembly).data) out.push_back(component.name);
        return out;
    }
};
INSTANTIATE_FOR_BOTH_DATABASES(AssetComponent);

TEST_P(AssetComponent, every_bad_field_is_named_at_once) {
    const auto room = create("room");
    const auto lamp = create("lamp", "prop");
    const auto refused =
        try_put(room.id, "[5, " + of(lamp.id, R"("count": 0, "transform": [1, 2], "pins": {"a/b": "x",
        "model": "newest"}, "name": "", "colour": 1, "overrides": [])") +
                             "]");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::invalid);
    EXPECT_THAT(pointers(refused.error()),
                testing::UnorderedElementsAre("/data/0", "/data/1/count", "/data/1/transform", "/data/1/pins",
                                              "/data/1/pins", "/data/1/name", "/data/1/colour",
                                              "/data/1/overrides"));
}

TEST_P(AssetComponent, rows_that_point_nowhere_are_refused) {
    const auto room = create("room");
    const auto lamp = create("lamp", "prop");
    EXPECT_ERROR(try_put(room.id, "[" + of(Id::make()) + "]"), Errc::invalid);
    EXPECT_ERROR(try_put(room.id, "[" + of(lamp.id, R"("id": ")" + Id::make().text() + "\"") + "]"),
                 Errc::invalid);
    EXPECT_ERROR(
        try_put(room.id, "[" + of(lamp.id, R"("pins": {"model": ")" + Id::make().text() + "\"}") + "]"),
        Errc::invalid);
    EXPECT_ERROR(
        try_put(room.id, "[" + of(lamp.id, R"("name": "a")") + "," + of(lamp.id, R"("name": "a")") + "]"),
        Errc::invalid);
    write(owner_, [&](access::Call& call) { return asset::archive_asset(call, lamp.id, {}); });
    EXPECT_ERROR(try_put(room.id, "[" + of(lamp.id) + "]"), Errc::invalid);
    EXPECT_TRUE(get(room.id).data.empty());
}

TEST_P(AssetComponent, other_projects_lend_only_when_they_are_libraries) {
    make_project("other", "feature");
    make_project("stock", "library");
    const auto room = create("room");
    EXPECT_ERROR(try_put(room.id, "[" + of(create("chair", "prop", "other").id) + "]"), Errc::invalid);
    const auto tree = create("tree", "prop", "stock");
    // Who may not read the library can't take from it.
    EXPECT_ERROR(try_put(database(), with_role(bar_.id, "lead"), room.id, "[" + of(tree.id) + "]"),
                 Errc::invalid);
    EXPECT_TRUE(try_put(room.id, "[" + of(tree.id) + "]"));
}

TEST_P(AssetComponent, only_assemblies_have_components) {
    const auto lamp = create("lamp", "prop");
    const auto refused = try_put(lamp.id, "[]");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_THAT(refused.error().detail, HasSubstr("is_assembly"));
    const auto room = create("room");
    must(try_put(room.id, "[" + of(lamp.id) + "]"));
    EXPECT_ERROR(try_write(owner_,
                           [&](access::Call& call) {
                               return asset::update_asset(call, room.id, json_of(R"({"is_assembly": false})"),
                                                          {});
                           }),
                 Errc::conflict);
}

TEST_P(AssetComponent, roles_may_what_the_policy_says) {
    const auto room = create("room");
    EXPECT_ERROR(try_put(database(), with_role(bar_.id, "artist"), room.id, "[]"), Errc::forbidden);
    EXPECT_ERROR(try_put(database(), stranger(), room.id, "[]"), Errc::not_found);
    EXPECT_TRUE(try_put(database(), with_role(bar_.id, "lead"), room.id, "[]"));
    const auto nobody = stranger();
    EXPECT_ERROR(
        database().read([&](database::Tx& tx) { return asset::get_components(tx, nobody, room.id); }),
        Errc::not_found);
}

TEST_P(AssetComponent, a_stale_revision_changes_nothing) {
    const auto room = create("room");
    const auto lamp = create("lamp", "prop");
    EXPECT_EQ(must(try_put(room.id, "[" + of(lamp.id) + "]", 1)).revision, 2);
    const auto refused = try_put(room.id, "[]", 1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::stale_revision);
    EXPECT_EQ(member_of(refused.error(), "revision"), "2");
    EXPECT_EQ(get(room.id).data.size(), 1U);
    // The asset's own revision is another one.
    EXPECT_EQ(read([&](database::Tx& tx) { return asset::get_asset(tx, owner_, room.id); }).revision, 1);
}

TEST_P(AssetComponent, an_assembly_can_not_contain_itself_through_any_level) {
    const auto a = create("a");
    const auto b = create("b");
    const auto c = create("c");
    EXPECT_ERROR(try_put(a.id, "[" + of(a.id) + "]"), Errc::conflict);
    must(try_put(a.id, "[" + of(b.id) + "]"));
    must(try_put(b.id, "[" + of(c.id) + "," + of(c.id) + "]"));
    const auto refused = try_put(c.id, "[" + of(a.id) + "]");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_THAT(refused.error().detail, HasSubstr("bar:c → bar:a → bar:b → bar:c"));
    const auto cycle = json_of(member_of(refused.error(), "cycle")).as_array();
    ASSERT_EQ(cycle.size(), 3U);
    EXPECT_EQ(cycle[1].at("code").as_string(), "a");
    EXPECT_EQ(cycle[1].at("id").as_string(), a.id.text());
    EXPECT_TRUE(get(c.id).data.empty());
    // The same leaf at several places is no cycle.
    const auto lamp = create("lamp", "prop");
    must(try_put(c.id, "[" + of(lamp.id) + "]"));
    must(try_put(a.id, "[" + of(b.id) + "," + of(c.id) + "," + of(lamp.id) + "]"));
}

TEST_P(AssetComponent, two_at_once_can_not_close_a_cycle_together) {
    const auto other = open_another();
    for (int round = 0; round < 5; ++round) {
        const auto a = create("a" + std::to_string(round));
        const auto b = create("b" + std::to_string(round));
        Result<asset::Components> first{Error{}};
        Result<asset::Components> second{Error{}};
        std::thread one([&] { first = try_put(database(), owner_, a.id, "[" + of(b.id) + "]"); });
        std::thread two([&] { second = try_put(*other, owner_, b.id, "[" + of(a.id) + "]"); });
        one.join();
        two.join();
        ASSERT_NE(static_cast<bool>(first), static_cast<bool>(second))
            << (first ? "both stand" : first.error().detail);
        EXPECT_EQ((first ? second : first).error().code, Errc::conflict);
    }
}

TEST_P(AssetComponent, a_put_replaces_the_whole_and_keeps_the_rows_it_names) {
    const auto room = create("room");
    const auto lamp = create("lamp", "prop");
    const auto chair = create("chair", "prop");
    const auto first = must(try_put(room.id, "[" + of(lamp.id) + "," + of(lamp.id) + "," +
                                                 of(chair.id, R"("name": "Throne", "count": 3,
        "overrides": {"b": 1, "a": 2}, "pins": {"Model": "latest_approved"},
        "transform": [1,0,0,0, 0,1,0,0, 0,0,1,0, 12.5,0,3,1])") +
                                                 "]"));
    EXPECT_THAT(names(room.id), ElementsAre("lamp", "lamp_2", "Throne"));
    const auto& throne = first.data[2];
    EXPECT_EQ(throne.pins.text, R"({"model":"latest_approved"})");
    EXPECT_EQ(first.data[0].transform.text, "[1,0,0,0,0,1,0,0,0,0,1,0,0,0,0,1]");
    EXPECT_EQ(throne.count, 3);

    // Rows swap their names, one goes, one comes.
    const auto second = must(
        try_put(room.id,
                "[" + of(lamp.id, R"("id": ")" + first.data[1].id.text() + R"(", "name": "lamp")") + "," +
                    of(lamp.id, R"("id": ")" + first.data[0].id.text() + R"(", "name": "lamp_2")") + "," +
                    of(chair.id) + "]",
                2));
    EXPECT_EQ(second.revision, 3);
    EXPECT_EQ(second.data[0].id, first.data[1].id);
    EXPECT_EQ(second.data[1].id, first.data[0].id);
    EXPECT_NE(second.data[2].id, throne.id);
    EXPECT_EQ(json_of(json::to_json(get(room.id))), json_of(json::to_json(second)));
    const auto last = events().back();
    EXPECT_EQ(last.action, "asset.components_changed");
    const auto patch = json_of(last.patch.text);
    EXPECT_EQ(patch.at("before").at("components").as_object().size(), 3U);
}

TEST_P(AssetComponent, the_same_set_again_changes_nothing) {
    const auto room = create("room");
    const auto lamp = create("lamp", "prop");
    const auto made =
        must(try_put(room.id, "[" + of(lamp.id, R"("overrides": {"b": 1, "a": {"c": 1.5}})") + "]"));
    const auto count = events().size();
    const auto again =
        must(try_put(room.id, "[" +
                                  of(lamp.id, R"("overrides": {"a": {"c": 1.5}, "b": 1}, "id": ")" +
                                                  made.data[0].id.text() + "\"") +
                                  "]"));
    EXPECT_EQ(again.revision, made.revision);
    EXPECT_EQ(events().size(), count);
}

TEST_P(AssetComponent, what_an_assembly_uses_can_not_be_purged) {
    const auto room = create("room");
    const auto lamp = create("lamp", "prop");
    must(try_put(room.id, "[" + of(lamp.id) + "]"));
    write(owner_, [&](access::Call& call) { return asset::archive_asset(call, lamp.id, {}); });
    EXPECT_ERROR(try_write(owner_, [&](access::Call& call) { return asset::purge_asset(call, lamp.id); }),
                 Errc::conflict);
    // A row that stands may stay although its asset is archived.
    const auto id = get(room.id).data[0].id.text();
    EXPECT_TRUE(try_put(room.id, "[" + of(lamp.id, R"("count": 2, "id": ")" + id + "\"") + "]"));
}

} // namespace
} // namespace bifrost::tests
