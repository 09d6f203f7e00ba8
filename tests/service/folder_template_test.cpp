// Folder templates and studio mappings: what may be saved, and what a change would do.

#include <thread>

#include "folder_support.hpp"

namespace bifrost::tests {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class FolderTemplates : public FolderTest {
  protected:
    std::vector<folder::FolderTemplate> list() {
        return read([&](database::Tx& tx) { return folder::list_folder_templates(tx, owner_, "bar"); });
    }
    folder::Preview preview(const std::string& body) {
        return read(
            [&](database::Tx& tx) { return folder::preview_template(tx, owner_, "bar", json_of(body)); });
    }
    Result<folder::StudioMapping> try_mapping(std::string_view body) {
        return try_write(owner_, [&](access::Call& call) {
            return folder::create_studio_mapping(call, "bar", json_of(body));
        });
    }
};
INSTANTIATE_FOR_BOTH_DATABASES(FolderTemplates);

TEST_P(FolderTemplates, what_collides_or_escapes_is_refused_with_the_place) {
    const std::vector<std::string> bad = {"{project}/../{asset}",
                                          "{project}/{shot}",
                                          "{project}/assets",
                                          "{project}/assets/{asset_type}/{asset}/publish",
                                          "/{project}/{asset}",
                                          "{project}/{asset}_{asset_type}",
                                          "{project}/CON/{asset}",
                                          "",
                                          "{x}"};
    for (const auto& pattern : bad) {
        const auto refused = try_template(owner_, "work", "asset", pattern);
        ASSERT_FALSE(refused) << pattern;
        EXPECT_EQ(refused.error().code, Errc::invalid) << pattern;
        EXPECT_THAT(pointers(refused.error()), Contains("/pattern")) << pattern;
    }
    const auto child =
        try_template(owner_, "work", "asset", "{project}/w/{asset}", {"../x", "a/b", "NUL", "\xc3\xa9"});
    EXPECT_THAT(pointers(child.error()), ElementsAre("/children/0", "/children/2", "/children/3"));
    const auto unknown = try_write(owner_, [&](access::Call& call) {
        return folder::create_folder_template(call, "bar", json_of(R"({"data_type": "x", "patern": "y"})"));
    });
    EXPECT_THAT(pointers(unknown.error()), ElementsAre("/data_type", "/pattern", "/patern"));
    EXPECT_THAT(list(), SizeIs(25));
}

TEST_P(FolderTemplates, only_who_may_change_the_project_changes_them) {
    EXPECT_ERROR(try_template(with_role(bar_.id, "lead"), "work", "asset", "{project}/w/{asset}"),
                 Errc::forbidden);
    EXPECT_ERROR(try_template(stranger(), "work", "asset", "{project}/w/{asset}"), Errc::not_found);
    const auto made =
        must(try_template(with_role(bar_.id, "producer"), "work", "asset", "{project}/w/{asset}"));
    EXPECT_ERROR(
        try_write(with_role(bar_.id, "artist"),
                  [&](access::Call& call) { return folder::archive_folder_template(call, *made.id, {}); }),
        Errc::forbidden);
    const auto nobody = stranger();
    EXPECT_ERROR(
        database().read([&](database::Tx& tx) { return folder::get_folder_template(tx, nobody, *made.id); }),
        Errc::not_found);
}

TEST_P(FolderTemplates, one_holds_in_the_stead_of_what_ships_until_it_is_archived) {
    const auto made = make_template("work", "asset", "{project}/w/{asset}[/{task}]");
    EXPECT_ERROR(try_template(owner_, "work", "asset", "{project}/v/{asset}"), Errc::conflict);
    EXPECT_EQ(path_of(hero_.id, "work"), "/mnt/projects/bar/w/hero");
    const auto change = [&](std::string_view patch, std::optional<std::int64_t> revision = {}) {
        return try_write(owner_, [&](access::Call& call) {
            return folder::update_folder_template(call, *made.id, json_of(patch), revision);
        });
    };
    EXPECT_ERROR(change(R"({"pattern": "{project}/y/{asset}"})", 9), Errc::stale_revision);
    EXPECT_THAT(pointers(change(R"({"pattern": null, "data_type": "cache"})").error()),
                ElementsAre("/pattern", "/data_type"));
    EXPECT_EQ(must(change(R"({"pattern": "{project}/y/{asset}", "children": ["a/b"]})", 1)).revision, 2);
    EXPECT_EQ(path_of(hero_.id, "work"), "/mnt/projects/bar/y/hero");
    const auto archive = [&] {
        return write(owner_,
                     [&](access::Call& call) { return folder::archive_folder_template(call, *made.id, {}); });
    };
    EXPECT_TRUE(archive().archived_at);
    EXPECT_EQ(archive().revision, 3);
    EXPECT_EQ(path_of(hero_.id, "work"), "/mnt/projects/bar/assets/prop/hero/work");
    EXPECT_ERROR(change("{}"), Errc::conflict);
    write(owner_, [&](access::Call& call) { return folder::restore_folder_template(call, *made.id, {}); });
    EXPECT_EQ(path_of(hero_.id, "work"), "/mnt/projects/bar/y/hero");
    const auto all = actions();
    for (const std::string action : {"folder_template.created", "folder_template.updated",
                                     "folder_template.archived", "folder_template.restored"})
        EXPECT_EQ(std::count(all.begin(), all.end(), action), 1) << action;
}

TEST_P(FolderTemplates, two_that_meet_are_not_saved_at_once_by_two_people) {
    const auto other = open_another();
    const auto save = [&](database::Database& on, std::string_view type, std::string_view pattern) {
        return try_write(on, owner_, [&](access::Call& call) {
            return folder::create_folder_template(
                call, "bar",
                boost::json::object{{"data_type", type}, {"entity_kind", "asset"}, {"pattern", pattern}});
        });
    };
    std::optional<Result<folder::FolderTemplate>> first, second;
    std::thread one([&] { first = save(database(), "work", "{project}/same/{asset}"); });
    std::thread two([&] { second = save(*other, "cache", "{project}/same/{asset}"); });
    one.join();
    two.join();
    EXPECT_NE(first->has_value(), second->has_value());
}

TEST_P(FolderTemplates, a_preview_says_what_would_change_and_saves_nothing) {
    publish_bytes(model_.id, "bytes");
    make_asset("rock");
    auto seen = preview(R"({"data_type": "published", "entity_kind": "asset",
        "pattern": "{project}/lib/{asset}/out[/{product}/v{version:03}]"})");
    EXPECT_TRUE(seen.valid);
    EXPECT_EQ(seen.changed, 3);
    EXPECT_EQ(seen.unchanged, 0);
    EXPECT_EQ(seen.changes.at(2).from, "main:bar/assets/prop/hero/publish/model/v001");
    EXPECT_EQ(seen.changes.at(2).to, "main:bar/lib/hero/out/model/v001");
    seen = preview(R"({"data_type": "work", "entity_kind": "shot", "limit": 1,
        "pattern": "{project}/s/{episode}/{sequence}/{shot}"})");
    EXPECT_EQ(seen.changed, 2);
    EXPECT_EQ(seen.failed, 1);
    EXPECT_THAT(seen.changes, SizeIs(1));
    seen = preview(
        R"({"data_type": "work", "entity_kind": "asset", "pattern": "{project}/{asset}_{asset_type}"})");
    EXPECT_FALSE(seen.valid);
    EXPECT_THAT(seen.faults, Contains(HasSubstr("read back")));
    seen = preview(R"({"data_type": "work", "entity_kind": "asset",
        "pattern": "{project}/assets/{asset_type}/{asset}/publish[/{task}]"})");
    EXPECT_FALSE(seen.valid);
    EXPECT_THAT(seen.collisions, Not(IsEmpty()));
    EXPECT_EQ(path_of(hero_.id, "work"), "/mnt/projects/bar/assets/prop/hero/work");
    const auto wrong = database().read([&](database::Tx& tx) {
        return folder::preview_template(tx, owner_, "bar", json_of(R"({"pattern": "{", "limt": 3})"));
    });
    EXPECT_THAT(pointers(wrong.error()), ElementsAre("/data_type", "/limt"));
}

TEST_P(FolderTemplates, mappings_with_roots_that_are_none_or_templates_that_meet_are_refused) {
    EXPECT_THAT(pointers(try_mapping(R"({"code": "b", "roots": {"main": {"linux": "relative", "amiga": "x",
        "windows": "/unix", "macos": "/a/../b"}, "Bad Root": {}}})")
                             .error()),
                testing::UnorderedElementsAre("/roots/main/linux", "/roots/main/amiga", "/roots/main/windows",
                                              "/roots/main/macos", "/roots/Bad Root"));
    EXPECT_THAT(pointers(try_mapping(R"({"code": "b", "roots": {}, "templates": [
        {"data_type": "work", "entity_kind": "asset", "pattern": "{project}/{x}"}]})")
                             .error()),
                ElementsAre("/templates/0/pattern"));
    EXPECT_THAT(pointers(try_mapping(R"({"code": "b", "templates": [
        {"data_type": "work", "entity_kind": "asset", "pattern": "{project}/{asset}"},
        {"data_type": "cache", "entity_kind": "asset", "pattern": "{project}/{asset}"}]})")
                             .error()),
                Contains("/templates"));
    EXPECT_THAT(pointers(try_mapping(R"({"code": "home", "templates": [
        {"data_type": "work", "entity_kind": "asset", "pattern": "{project}/w/{asset}"}]})")
                             .error()),
                ElementsAre("/templates"));
    must(try_mapping(R"({"code": "b", "roots": {"main": {"linux": "/srv"}}, "templates": [
        {"data_type": "work", "entity_kind": "asset", "pattern": "{project}/mine/{asset}"}]})"));
    EXPECT_ERROR(try_mapping(R"({"code": "B"})"), Errc::conflict);
    EXPECT_ERROR(try_template(owner_, "cache", "asset", "{project}/mine/{asset}"), Errc::conflict);
}

TEST_P(FolderTemplates, home_says_where_the_roots_are_here) {
    const auto home = must(try_mapping(R"({"code": "home", "roots": {"main": {"windows": "X:\\"}}})"));
    EXPECT_EQ(resolve_one({{"entity_id", hero_.id.text()}, {"platform", "windows"}}).path,
              "X:\\bar\\assets\\prop\\hero\\publish");
    write(owner_, [&](access::Call& call) {
        return folder::update_studio_mapping(call, home.id,
                                             json_of(R"({"roots": {"main": {"linux": "/jobs"}}})"), {});
    });
    EXPECT_EQ(path_of(hero_.id), "/jobs/bar/assets/prop/hero/publish");
    EXPECT_EQ(parse_one("x:/bar/assets/prop/hero/publish").entity_id, hero_.id);
    write(owner_, [&](access::Call& call) { return folder::archive_studio_mapping(call, home.id, {}); });
    EXPECT_EQ(path_of(hero_.id), "/mnt/projects/bar/assets/prop/hero/publish");
}

} // namespace
} // namespace bifrost::tests
