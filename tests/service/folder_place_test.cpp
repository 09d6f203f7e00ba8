// One answer to where a version lies: who puts it there, who scans, who resolves and who adopts agree,
// whatever the templates are.

#include "folder_scan_support.hpp"
#include "services/publish/collect.hpp"
#include "services/publish/placement.hpp"
#include "worker/jobs/materialise.hpp"

namespace bifrost::tests {
namespace {

using boost::json::array;
using boost::json::object;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class FolderPlace : public FolderScan {
  protected:
    /// Puts a version where a worker would, in this thread.
    Result<> try_materialise(const Id& version) {
        storage::ProjectFolder folder(root_, *store_, nullptr);
        const auto placement = read([&](database::Tx& tx) { return publish::get_placement(tx, version); });
        for (const auto& [place, files] : placement) {
            storage::PlacedVersion placed{place, version.text(), {}};
            for (const auto& one : files) placed.files.push_back({one.path, {one.sha256, one.size, one.key}});
            BIFROST_CHECK(folder.materialise(placed, [](std::int64_t) -> Result<> { return {}; }));
        }
        return {};
    }
    /// A version of a product with a file in each of two representations.
    publish::VersionDetail publish_two(const Id& product) {
        auto usd = file("hero.usd", "usd of " + product.text());
        usd["representation"] = "usd";
        auto maya = file("scenes/hero.ma", "maya of " + product.text());
        maya["representation"] = "ma";
        return publish_one(create(product, object{{"files", array{usd, maya}}}).id);
    }
    publish::Product product_of_shot() {
        return write(owner_, [&](access::Call& call) {
            return publish::create_product(call, sh0010_, "shot", object{{"code", "anim"}});
        });
    }
    std::vector<std::string> files_on_disk() {
        std::vector<std::string> found;
        for (const auto& entry : fs::recursive_directory_iterator(disk_folder_.path()))
            if (entry.is_regular_file())
                found.push_back(fs::relative(entry.path(), disk_folder_.path()).string());
        std::sort(found.begin(), found.end());
        return found;
    }
    std::vector<std::string> aside() {
        std::vector<std::string> found;
        for (const auto& path : files_on_disk())
            if (path.starts_with(".bifrost/aside/")) found.push_back(path);
        return found;
    }
};
INSTANTIATE_FOR_BOTH_DATABASES(FolderPlace);

TEST_P(FolderPlace, what_is_materialised_is_what_a_scan_expects_and_what_paths_lead_to) {
    const auto anim = product_of_shot();
    const std::vector<std::pair<std::string, std::string>> templates = {
        {"{project}/lib/{asset}[/{product}/v{version:03}[/{representation}]]",
         "{project}/film/[{episode}/]{sequence}/{shot}/out[/{product}/v{version:03}[/{representation}]]"},
        {"{project}/lib/{asset}[/{product}.v{version:04}/{representation}/files]",
         "{project}/film/[{episode}/]{sequence}/{label}/out[/{product}/{representation}/v{version:03}]"},
        {"{project}/a/{asset}/out[/{product}/v{version:03}]",
         "{project}/s/[{episode}/]{sequence}/{shot}/out[/{product}/v{version}]"}};
    const auto first = publish_two(model_.id);
    const auto second = publish_two(anim.id);
    for (std::size_t i = 0; i <= templates.size(); ++i) {
        if (i > 0) {
            fs::remove_all(disk_folder_.path() / "bar");
            must(database().write(
                [&](database::Tx& tx) { return tx.execute_text("delete from folder_template", {}); }));
            make_template("published", "asset", templates[i - 1].first);
            make_template("published", "shot", templates[i - 1].second);
        }
        for (const auto& one : {version_, first, second}) must(try_materialise(one.id));
        EXPECT_THAT(drift(), IsEmpty()) << i;
        const auto found = files_on_disk();
        EXPECT_THAT(found, SizeIs(5)) << i;
        for (const auto& path : found) {
            const auto located = parse_one(path);
            EXPECT_EQ(located.error, "") << path;
            EXPECT_TRUE(located.file_id) << path;
        }
        const auto resolved = resolve_one({{"entity_id", second.id.text()}, {"representation", "usd"}});
        EXPECT_TRUE(fs::exists(fs::path(resolved.path) / "hero.usd")) << resolved.path << resolved.error;
    }
}

TEST_P(FolderPlace, templates_that_keep_published_files_elsewhere_give_nothing_to_put_here) {
    must(try_write(owner_, [&](access::Call& call) {
        return folder::create_folder_template(
            call, "bar",
            object{{"data_type", "published"},
                   {"entity_kind", "asset"},
                   {"root", "archive"},
                   {"pattern", "{project}/lib/{asset}[/{product}/v{version:03}]"}});
    }));
    must(try_materialise(version_.id));
    EXPECT_THAT(files_on_disk(), IsEmpty());
    EXPECT_THAT(drift(), IsEmpty());
}

TEST_P(FolderPlace, nobodys_bytes_are_replaced_when_a_version_comes_to_its_place) {
    put(file_, "somebody's only copy");
    put(base_ / "notes.txt", "mine");
    must(try_materialise(version_.id));
    EXPECT_EQ(bytes(file_), "the bytes");
    EXPECT_EQ(bytes(base_ / "notes.txt"), "mine");
    const auto kept = aside();
    ASSERT_THAT(kept, SizeIs(1));
    EXPECT_EQ(bytes(disk_folder_.path() / kept[0]), "somebody's only copy");
    must(try_materialise(version_.id));
    EXPECT_EQ(aside(), kept);
}

TEST_P(FolderPlace, a_link_on_the_way_to_a_versions_place_is_not_followed) {
    TemporaryFolder outside;
    fs::create_directories(disk_folder_.path() / "bar/assets");
    fs::create_directory_symlink(outside.path(), disk_folder_.path() / "bar/assets/prop");
    EXPECT_ERROR(try_materialise(version_.id), Errc::conflict);
    EXPECT_TRUE(fs::is_empty(outside.path()));
    fs::remove(disk_folder_.path() / "bar/assets/prop");
    put(outside.path() / "secret", "the bytes");
    fs::create_directories(base_);
    fs::create_symlink(outside.path() / "secret", file_);
    must(try_materialise(version_.id)); // the link gives way
    EXPECT_FALSE(fs::is_symlink(file_));
    EXPECT_EQ(bytes(file_), "the bytes");
    EXPECT_EQ(bytes(outside.path() / "secret"), "the bytes");
}

TEST_P(FolderPlace, adopted_representations_become_one_version_and_stay_where_they_lie) {
    make_template("published", "asset", "{project}/lib/{asset}[/{product}/v{version:03}[/{representation}]]");
    must(try_materialise(version_.id));
    const auto place = disk_folder_.path() / "bar/lib/hero/model/v007";
    put(place / "usd/hero.usd", "usd");
    put(place / "ma/scenes/hero.ma", "maya");
    const auto fixes = reconcile(scan().id, R"({"actions": {"unknown": "adopt"}})");
    ASSERT_THAT(fixes, SizeIs(2));
    for (const auto& fix : fixes) EXPECT_EQ(fix.state, "applied") << fix.detail;
    EXPECT_EQ(fixes[0].version_id, fixes[1].version_id);
    EXPECT_EQ(get(*fixes[0].version_id).number, 7);
    EXPECT_THAT(drift(), IsEmpty());
    must(try_materialise(*fixes[0].version_id));
    EXPECT_THAT(aside(), IsEmpty());
}

TEST_P(FolderPlace, adopted_bytes_outlive_their_uploads_and_a_run_that_failed_leaves_nothing) {
    put(file_, "the bytes");
    const auto place = base_.parent_path();
    put(place / "v004/a.ma", "the bytes"); // stored already
    put(place / "v004/b.ma", "new");
    put(place / "v004/c.ma", "new"); // twice the same
    put(place / "v004/empty", "");
    const auto fixes = reconcile(scan().id, R"({"actions": {"unknown": "adopt"}})");
    ASSERT_THAT(fixes, SizeIs(4));
    for (const auto& fix : fixes) EXPECT_EQ(fix.state, "applied") << fix.path << " " << fix.detail;
    EXPECT_EQ(stored_objects(), 3U);

    // Somebody publishes version 5 while its folder waits to be adopted: nothing is made of it.
    const auto asked = [&] {
        put(place / "v005/d.ma", "too late");
        return scan().id;
    }();
    publish_one(create(model_.id, object{{"files", array{file("x.ma", "fifth")}}}).id);
    const auto late = reconcile(asked, R"({"actions": {"unknown": "adopt"}})");
    ASSERT_THAT(late, SizeIs(1));
    EXPECT_EQ(late[0].state, "failed");

    must(database().write(
        [&](database::Tx& tx) { return tx.execute_text("update upload set expires_at = 0", {}); }));
    publish::CollectOptions now;
    now.grace_seconds = now.completed_upload_seconds = now.store_upload_seconds = -3600;
    const auto go_on = [] { return false; };
    must(publish::collect(room(), now, go_on));
    must(publish::sweep(room(), now, go_on));
    EXPECT_EQ(stored_objects(), 4U); // "the bytes", "new", "" and "fifth"
    for (const auto& one : files_of(*fixes[0].version_id))
        EXPECT_EQ(bytes_of_file(one.id), bytes(place / "v004" / one.path)) << one.path;
}

TEST_P(FolderPlace, strays_below_publish_are_found_wherever_they_lie) {
    put(file_, "the bytes");
    const std::vector<std::string> strays = {
        "bar/assets/prop/hero/publish/model/notes.txt",
        "bar/assets/prop/hero/publish/model/v001/tex/more.png",
        "bar/assets/prop/hero/publish/notes.txt",
        "bar/assets/prop/hero/publish/work/v001/x.ma",
        "bar/assets/prop/hero/stray.txt",
        "bar/assets/prop/nobody/publish/model/v001/x.ma",
        "bar/sequences/trailer/publish/cache/v001/x.abc",
        "bar/sequences/trailer/publish/work/x.ma",
        "bar/shots/trailer/sh0020/publish/renders/v001/x.exr",
    };
    for (const auto& path : strays) put(disk_folder_.path() / path, "stray");
    const std::vector<std::string> nobodys = {
        "bar/assets/prop/hero/work/rig/a.ma", "bar/sequences/trailer/cache/b.abc",
        "bar/shots/ep01/sq010/sh0010/renders/c.exr", "bar/production/editorial/cut.edl"};
    for (const auto& path : nobodys) put(disk_folder_.path() / path, "mine");
    std::vector<std::string> wanted;
    for (const auto& path : strays) wanted.push_back("unknown " + path);
    EXPECT_THAT(drift(), testing::UnorderedElementsAreArray(wanted));
}

TEST_P(FolderPlace, a_shot_that_is_named_like_an_area_is_a_shot) {
    put(file_, "the bytes");
    const Id shot = make_entity("shot", "work", sq010_);
    put(disk_folder_.path() / "bar/shots/ep01/sq010/work/stray.txt", "stray");
    put(disk_folder_.path() / "bar/shots/ep01/sq010/work/publish/anim/v001/stray.ma", "stray");
    put(disk_folder_.path() / "bar/shots/ep01/sq010/work/work/mine.ma", "mine");
    EXPECT_THAT(drift(), testing::UnorderedElementsAre(
                             "unknown bar/shots/ep01/sq010/work/stray.txt",
                             "unknown bar/shots/ep01/sq010/work/publish/anim/v001/stray.ma"));
    EXPECT_EQ(parse_one("bar/shots/ep01/sq010/work").entity_id, std::nullopt);
    EXPECT_EQ(parse_one("bar/shots/ep01/sq010/work/publish").entity_id, shot);
}

} // namespace
} // namespace bifrost::tests
