// Folders: entity → path and path → entity are inverse, whatever the templates, and nobody learns of what
// they may not see.

#include "folder_support.hpp"
#include "services/publish/work_file.hpp"

namespace bifrost::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class FolderPath : public FolderTest {};
INSTANTIATE_FOR_BOTH_DATABASES(FolderPath);

TEST_P(FolderPath, what_has_no_path_says_why_in_its_place) {
    const Id stranger = make_project("baz", "feature").id;
    const auto draft = create(model_.id, json_of(R"({"files": []})"));
    const auto body =
        json_of(R"({"items": [{"entity_id": "no id"}, {"entity_id": ")" + stranger.text() +
                R"("}, {"entity_id": ")" + hero_.id.text() + R"("}, {"entity_id": ")" + draft.id.text() +
                R"("}, {"entity_id": ")" + hero_.id.text() + R"(", "root": "render"}, {"entity_id": ")" +
                hero_.id.text() + R"(", "version_id": ")" + hero_.id.text() + R"("}]})");
    const auto viewer = with_role(bar_.id, "viewer");
    const auto paths = resolve(viewer, body);
    EXPECT_THAT(paths[0].error, HasSubstr("no such entity"));
    EXPECT_THAT(paths[1].error, HasSubstr("no such entity"));
    EXPECT_EQ(paths[2].path, "/mnt/projects/bar/assets/prop/hero/publish");
    EXPECT_THAT(paths[3].error, HasSubstr("no such entity"));
    EXPECT_THAT(paths[4].error, HasSubstr("root 'render'"));
    EXPECT_THAT(paths[5].error, HasSubstr("no such version"));
    EXPECT_EQ(
        pointers(
            folder::read_resolve_request(
                json_of(R"({"items": [{"entity_id": 1}, {"entity_id": "x", "data_type": "y", "z": 1}]})"))
                .error()),
        (std::vector<std::string>{"/items/0/entity_id", "/items/1/data_type", "/items/1/z"}));
}

TEST_P(FolderPath, every_kind_has_a_path_that_leads_back_to_it) {
    const auto version = publish_bytes(model_.id, "bytes");
    for (const std::string type : {"work", "published", "cache", "render", "deliverable"}) {
        for (const Id& id : {bar_.id, hero_.id, ep01_, sq010_, sh0010_, trailer_, sh0020_}) {
            const std::string path = path_of(id, type);
            const auto found = parse_one(path);
            EXPECT_EQ(found.error, "") << path;
            EXPECT_EQ(found.entity_id, id) << path;
            EXPECT_EQ(found.data_type, type) << path;
        }
    }
    EXPECT_EQ(path_of(sh0010_, "work"), "/mnt/projects/bar/shots/ep01/sq010/sh0010/work");
    EXPECT_EQ(path_of(sh0020_, "work"), "/mnt/projects/bar/shots/trailer/sh0020/work");
    EXPECT_EQ(path_of(model_.id), "/mnt/projects/bar/assets/prop/hero/publish/model");
    EXPECT_EQ(path_of(version.id), "/mnt/projects/bar/assets/prop/hero/publish/model/v001");
}

TEST_P(FolderPath, a_files_path_leads_to_its_version_and_role) {
    auto body = boost::json::object{
        {"representations", json_of(R"([{"name": "exr", "format": "exr", "primary": true}])")},
        {"files", boost::json::array{}}};
    for (int frame = 1001; frame <= 1003; ++frame) {
        auto one = file("Beauty/b." + std::to_string(frame) + ".exr", "frame " + std::to_string(frame));
        one["representation"] = "exr";
        one["frame"] = frame;
        body["files"].as_array().push_back(one);
    }
    const auto version = publish_one(create(model_.id, body).id);
    const auto resolved = resolve_one({{"entity_id", hero_.id.text()},
                                       {"data_type", "published"},
                                       {"version_id", version.id.text()},
                                       {"representation", "exr"}});
    EXPECT_EQ(resolved.path, "/mnt/projects/bar/assets/prop/hero/publish/model/v001");
    EXPECT_EQ(resolved.pattern, "Beauty/b.%04d.exr");
    EXPECT_EQ(resolved.frames, "1001-1003");
    const auto found = parse_one(resolved.path + "/Beauty/b.1002.exr");
    EXPECT_EQ(found.error, "");
    EXPECT_EQ(found.version_id, version.id);
    EXPECT_EQ(found.role, "main");
    EXPECT_EQ(found.representation, "exr");
    EXPECT_THAT(parse_one(resolved.path + "/beauty/b.1002.exr").error, HasSubstr("upper and lower case"));
    EXPECT_EQ(parse_one(resolved.path + "/beauty/b.1002.exr").expected_path,
              resolved.path + "/Beauty/b.1002.exr");
    EXPECT_THAT(parse_one(resolved.path + "/b.1004.exr").error, HasSubstr("no file"));
    EXPECT_THAT(parse_one(resolved.path.substr(0, resolved.path.size() - 1) + "2").error,
                HasSubstr("no version 2"));
}

TEST_P(FolderPath, paths_that_are_none_or_lie_elsewhere_are_told_apart) {
    const std::string hero = "/mnt/projects/bar/assets/prop/hero/publish";
    const auto found =
        parse(owner_, {"/etc/passwd", "/mnt/projects/bar/../bar/assets", "/mnt/projects/bar//assets",
                       "/mnt/projects/bar/assets/prop/villain/publish", "/mnt/projectsbar/x",
                       "/mnt/projects/bar/assets/character/hero/publish", "/mnt/projects/other/assets",
                       "/mnt/projects/bar/assets/prop/HERO/publish", "P:\\bar\\assets\\prop\\hero\\publish",
                       "bar/assets/prop/hero/publish", hero + "/", "x\ny", "/mnt/projects"});
    EXPECT_THAT(found[0].error, HasSubstr("outside"));
    EXPECT_THAT(found[1].error, HasSubstr("'..'"));
    EXPECT_THAT(found[2].error, HasSubstr("empty name"));
    EXPECT_THAT(found[3].error, HasSubstr("No entity"));
    EXPECT_THAT(found[4].error, HasSubstr("outside"));
    EXPECT_THAT(found[5].error, HasSubstr("wrong place"));
    EXPECT_EQ(found[5].expected_path, hero);
    EXPECT_THAT(found[6].error, HasSubstr("No entity"));
    EXPECT_THAT(found[7].error, HasSubstr("No entity"));
    for (const std::size_t i : {8U, 9U, 10U}) EXPECT_EQ(found[i].entity_id, hero_.id) << i << found[i].error;
    EXPECT_THAT(found[11].error, HasSubstr("not every disk"));
    EXPECT_THAT(found[12].error, HasSubstr("must not be empty"));
}

TEST_P(FolderPath, a_draft_is_found_by_its_author_only) {
    const auto artist = with_role(bar_.id, "artist");
    const auto draft = must(try_create(artist, model_.id, json_of(R"({"files": [], "number": 7})")));
    const std::string path = "/mnt/projects/bar/assets/prop/hero/publish/model/v007";
    EXPECT_EQ(parse(artist, {path}).at(0).version_id, draft.id);
    EXPECT_THAT(parse(with_role(bar_.id, "artist"), {path}).at(0).error, HasSubstr("no version 7"));
    const auto nobody = stranger();
    EXPECT_ERROR(database().read([&](database::Tx& tx) {
        return folder::parse_paths(tx, nobody, "bar", {"", "", {path}}, root_);
    }),
                 Errc::not_found);
}

TEST_P(FolderPath, labels_stand_in_paths_as_they_were_typed) {
    make_template("work", "shot", "{project}/s/[{episode:label}/]{sequence}/{label}/work");
    EXPECT_EQ(path_of(sh0010_, "work"), "/mnt/projects/bar/s/EP01/sq010/Sh0010/work");
    EXPECT_EQ(parse_one("/mnt/projects/bar/s/EP01/sq010/Sh0010/work").entity_id, sh0010_);
    const auto lower = parse_one("/mnt/projects/bar/s/ep01/sq010/sh0010/work");
    EXPECT_THAT(lower.error, HasSubstr("upper and lower case"));
    EXPECT_EQ(lower.expected_path, "/mnt/projects/bar/s/EP01/sq010/Sh0010/work");
}

TEST_P(FolderPath, work_files_are_named_and_read_back) {
    const auto path = resolve_one({{"entity_id", sh0010_.text()},
                                   {"data_type", "work"},
                                   {"task", "Anim"},
                                   {"workfile", 12},
                                   {"extension", "ma"},
                                   {"platform", "windows"}})
                          .path;
    EXPECT_EQ(path, "P:\\bar\\shots\\ep01\\sq010\\sh0010\\work\\anim\\sh0010_anim_w012.ma");
    const auto found = parse_one(path);
    EXPECT_EQ(found.entity_id, sh0010_);
    EXPECT_EQ(found.task, "anim");
    EXPECT_EQ(found.workfile, 12);
}

TEST_P(FolderPath, a_reserved_work_file_lies_where_the_template_says) {
    const auto reserve = [&](std::string_view body) {
        return try_write(owner_, [&](access::Call& call) {
            return publish::reserve_work_file(call, "shot", sh0010_, json_of(body));
        });
    };
    EXPECT_EQ(pointers(reserve(R"({"series": "anim", "extension": "M A"})").error()),
              std::vector<std::string>{"/extension"});
    EXPECT_EQ(pointers(reserve(R"({"series": "anim", "extension": "ma", "path": "x"})").error()),
              std::vector<std::string>{"/extension"});
    const auto first = must(reserve(R"({"series": "anim", "extension": "ma"})"));
    EXPECT_EQ(first.path, "bar/shots/ep01/sq010/sh0010/work/anim/sh0010_anim_w001.ma");
    EXPECT_EQ(parse_one(*first.path).workfile, 1);
    make_template("work", "shot", "{project}/film/[{episode}/]{sequence}/{shot}/work");
    EXPECT_ERROR(reserve(R"({"series": "anim", "extension": "ma"})"), Errc::invalid);
    EXPECT_EQ(must(reserve(R"({"series": "anim"})")).number, 2); // the one that was refused took none
}

TEST_P(FolderPath, translation_goes_by_roots_and_by_the_other_sites_templates) {
    write(owner_, [&](access::Call& call) {
        return folder::create_studio_mapping(
            call, "bar",
            json_of(
                R"({"code": "Berlin", "roots": {"main": {"linux": "/srv/jobs/", "windows": "\\\\nas\\jobs"}},
                "templates": [{"data_type": "published", "entity_kind": "asset",
                               "pattern": "{project}/lib/{asset}/out[/{product}_v{version:04}]"}]})"));
    });
    publish_bytes(model_.id, "bytes");
    const auto translate = [&](std::string_view body) {
        return read([&](database::Tx& tx) -> Result<std::vector<std::string>> {
            BIFROST_ASSIGN(const auto request, folder::read_translate_request(json_of(body)));
            BIFROST_ASSIGN(const auto all, folder::translate_paths(tx, owner_, "bar", request, root_));
            std::vector<std::string> out;
            for (const auto& one : all)
                out.push_back(one.error.empty() ? one.translated : "error: " + one.error);
            return out;
        });
    };
    EXPECT_THAT(translate(R"({"to": {"mapping": "berlin"}, "paths": [
        "/mnt/projects/bar/assets/prop/hero/publish/model/v001/a.ma",
        "/mnt/projects/bar/assets/prop/hero/work", "/mnt/projects/bar/scratch/x.txt", "/etc/passwd"]})"),
                ElementsAre("/srv/jobs/bar/lib/hero/out/model_v0001/a.ma",
                            "/srv/jobs/bar/assets/prop/hero/work", "/srv/jobs/bar/scratch/x.txt",
                            HasSubstr("outside")));
    EXPECT_THAT(translate(R"({"from": {"mapping": "berlin"}, "to": {"platform": "macos"}, "paths": [
        "\\\\NAS\\jobs\\bar\\lib\\hero\\out\\model_v0001\\a.ma"]})"),
                ElementsAre("/Volumes/projects/bar/assets/prop/hero/publish/model/v001/a.ma"));
    EXPECT_THAT(
        translate(R"({"to": {"mapping": "berlin", "platform": "macos"}, "paths": ["/mnt/projects/bar/x"]})"),
        ElementsAre(HasSubstr("no place on macos")));
}

TEST_P(FolderPath, the_tree_shows_what_hangs_below_with_its_folders_in_pages) {
    folder::TreeRequest request;
    request.limit = 2;
    auto page =
        read([&](database::Tx& tx) { return folder::folder_tree(tx, owner_, "bar", request, root_); });
    EXPECT_EQ(page.path, "/mnt/projects/bar/publish");
    ASSERT_EQ(page.data.size(), 2U);
    EXPECT_EQ(page.data[0].code, "ep01");
    EXPECT_EQ(page.data[1].path, "/mnt/projects/bar/assets/prop/hero/publish");
    request.after = *page.next_cursor;
    page = read([&](database::Tx& tx) { return folder::folder_tree(tx, owner_, "bar", request, root_); });
    EXPECT_EQ(page.data.at(0).code, "trailer");
    EXPECT_FALSE(page.next_cursor);
    request = {};
    request.entity_id = hero_.id;
    page = read([&](database::Tx& tx) { return folder::folder_tree(tx, owner_, "bar", request, root_); });
    EXPECT_EQ(page.data.at(0).entity_id, model_.id);
}

TEST_P(FolderPath, ten_thousand_entities_are_resolved_and_found_again_in_few_queries) {
    std::string items;
    std::vector<Id> ids;
    write(owner_, [&](access::Call& call) -> Result<int> {
        for (int i = 0; i < 2'000; ++i) {
            project::NewEntity entity;
            entity.kind = "shot";
            entity.project_id = bar_.id;
            entity.parent_id = sq010_;
            entity.typed_code = "many" + std::to_string(i);
            BIFROST_ASSIGN(const auto made, project::insert_entity(call, entity));
            ids.push_back(made.id);
        }
        return 0;
    });
    for (int i = 0; i < 10'000; ++i)
        items += (i == 0 ? "{\"entity_id\":\"" : ",{\"entity_id\":\"") +
                 ids[static_cast<std::size_t>(i) % ids.size()].text() + "\",\"data_type\":\"work\"}";
    const auto paths = resolve(owner_, json_of("{\"items\":[" + items + "]}"));
    std::vector<std::string> asked;
    for (const auto& one : paths) asked.push_back(one.path);
    const auto found = parse(owner_, asked);
    for (std::size_t i = 0; i < found.size(); ++i)
        ASSERT_EQ(found[i].entity_id, ids[i % ids.size()]) << asked[i];
    const auto more = json_of("{\"items\":[" + items + ",{\"entity_id\":\"x\"}]}");
    EXPECT_EQ(pointers(folder::read_resolve_request(more).error()), std::vector<std::string>{"/items"});
}

} // namespace
} // namespace bifrost::tests
