// What had to give way can be found and put back, as often as it is needed, and the tree says where the drift
// is.

#include "folder_scan_support.hpp"
#include "services/folder/old_links.hpp"

namespace bifrost::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

class FolderAside : public FolderScan {
  protected:
    folder::AsidePage aside(const std::string& before = "", std::int64_t limit = 100) {
        auto page =
            read([&](database::Tx& tx) { return folder::list_aside(tx, owner_, "bar", before, limit); });
        folder::look_at_aside(page, root_);
        return page;
    }
    folder::Tree tree(const std::optional<Id>& entity = {}) {
        folder::TreeRequest request;
        request.entity_id = entity;
        return read([&](database::Tx& tx) { return folder::folder_tree(tx, owner_, "bar", request, root_); });
    }
    static folder::Drift drift_of(const folder::Tree& tree, const Id& entity) {
        for (const auto& one : tree.data)
            if (one.entity_id == entity) return one.drift;
        ADD_FAILURE() << "it is not in the tree";
        return {};
    }
};
INSTANTIATE_FOR_BOTH_DATABASES(FolderAside);

TEST_P(FolderAside, only_who_sees_the_project_sees_what_was_put_aside) {
    const auto nobody = stranger();
    EXPECT_ERROR(
        database().read([&](database::Tx& tx) { return folder::list_aside(tx, nobody, "bar", "", 10); }),
        Errc::not_found);
    EXPECT_THAT(aside().data, IsEmpty());
}

TEST_P(FolderAside, it_is_listed_in_pages_until_it_is_put_back_or_gone) {
    put(file_, "spoilt");
    put(base_ / "a.txt", "first");
    put(base_ / "b.txt", "second");
    const auto done = scan();
    reconcile(done.id, R"({"actions": {"changed": "restore", "unknown": "quarantine"}})");
    auto page = aside("", 2);
    ASSERT_THAT(page.data, SizeIs(2));
    ASSERT_TRUE(page.next_cursor);
    const auto rest = aside(*page.next_cursor, 2);
    ASSERT_THAT(rest.data, SizeIs(1));
    EXPECT_FALSE(rest.next_cursor);
    page.data.push_back(rest.data[0]);
    std::vector<std::string> paths;
    for (const auto& one : page.data) {
        paths.push_back(one.path);
        EXPECT_TRUE(one.is_there.value_or(false)) << one.path;
        EXPECT_EQ(one.size, static_cast<std::int64_t>(bytes(disk_folder_.path() / one.aside_path).size()));
        EXPECT_EQ(one.put_aside_by, owner_.user_id);
    }
    EXPECT_THAT(paths, testing::UnorderedElementsAre("bar/assets/prop/hero/publish/model/v001/a.ma",
                                                     "bar/assets/prop/hero/publish/model/v001/a.txt",
                                                     "bar/assets/prop/hero/publish/model/v001/b.txt"));
    fs::remove(disk_folder_.path() / page.data[0].aside_path);
    must(undo(page.data[1].fix_id));
    const auto left = aside();
    ASSERT_THAT(left.data, SizeIs(2));
    EXPECT_FALSE(left.data[0].is_there.value_or(true));
    EXPECT_FALSE(left.data[0].size);
    root_ = "/nonexistent";
    EXPECT_FALSE(aside().data[0].is_there);
}

TEST_P(FolderAside, fixing_and_undoing_can_be_repeated_and_links_go_aside_too) {
    TemporaryFolder outside;
    put(outside.path() / "secret", "secret");
    put(base_ / "notes.txt", "mine");
    fs::create_directories(base_);
    fs::create_symlink(outside.path() / "secret", base_ / "link");
    put(file_, "spoilt");
    const auto done = scan();
    for (int turn = 0; turn < 3; ++turn) {
        const auto fixes =
            reconcile(done.id, R"({"actions": {"changed": "restore", "unknown": "quarantine"}})");
        ASSERT_THAT(fixes, SizeIs(3));
        for (const auto& fix : fixes) EXPECT_EQ(fix.state, "applied") << turn << " " << fix.detail;
        EXPECT_EQ(bytes(file_), "the bytes");
        EXPECT_FALSE(fs::is_symlink(base_ / "link"));
        for (const auto& fix : fixes) EXPECT_EQ(must(undo(fix.id)).state, "undone") << turn;
        EXPECT_EQ(bytes(file_), "spoilt");
        EXPECT_EQ(bytes(base_ / "notes.txt"), "mine");
        EXPECT_EQ(fs::read_symlink(base_ / "link"), outside.path() / "secret");
    }
    EXPECT_EQ(bytes(outside.path() / "secret"), "secret");
}

TEST_P(FolderAside, links_at_old_places_are_taken_away_after_a_while_and_nothing_else_is) {
    const auto second = publish_bytes(model_.id, "second");
    put(file_, "the bytes");
    put(base_.parent_path() / "v002/a.ma", "second");
    EXPECT_THAT(drift(), IsEmpty());
    make_template("published", "asset", "{project}/lib/{asset}/out[/{product}/v{version:03}]");
    const auto fixes = reconcile(scan().id, R"({"links": true})");
    ASSERT_THAT(fixes, SizeIs(2));
    ASSERT_TRUE(fs::is_symlink(file_));
    const auto second_old = base_.parent_path() / "v002/a.ma";
    fs::remove(second_old);
    put(second_old, "somebody's by now");
    const auto disk = must(folder::Disk::open(root_));
    const auto remove = [&](Timestamp before) {
        return must(folder::remove_old_links(database(), disk, before, [] { return false; }));
    };
    EXPECT_EQ(remove(Timestamp::now().plus_seconds(-folder::kLinkSeconds)), 0);
    EXPECT_EQ(remove(Timestamp::now().plus_seconds(60)), 1);
    EXPECT_FALSE(fs::exists(fs::symlink_status(file_)));
    EXPECT_EQ(bytes(second_old), "somebody's by now");
    EXPECT_EQ(remove(Timestamp::now().plus_seconds(60)), 0);
    must(undo(fixes[0].id)); // which doesn't look for the link any more
    EXPECT_EQ(bytes(file_), "the bytes");
}

TEST_P(FolderAside, the_tree_counts_the_drift_of_the_last_scan_below_each_entity) {
    EXPECT_FALSE(tree().scan);
    put(base_ / "extra.txt", "x");
    put(disk_folder_.path() / "bar/assets/prop/hero/stray.txt", "x");
    put(disk_folder_.path() / "bar/assets/prop/hero-2/stray.txt", "another's name begins the same");
    put(disk_folder_.path() / "bar/shots/ep01/sq010/sh0010/stray.txt", "x");
    put(disk_folder_.path() / "bar/shots/ep01/sq010/stray.txt", "x");
    put(disk_folder_.path() / "bar/sequences/trailer/publish/stray.txt", "x");
    const auto done = scan();
    const auto all = tree();
    ASSERT_TRUE(all.scan);
    EXPECT_EQ(all.scan->id, done.id);
    EXPECT_THAT(all.drift, testing::UnorderedElementsAre(Pair("missing", 1), Pair("unknown", 6)));
    EXPECT_THAT(drift_of(all, hero_.id),
                testing::UnorderedElementsAre(Pair("missing", 1), Pair("unknown", 2)));
    EXPECT_THAT(drift_of(all, ep01_), ElementsAre(Pair("unknown", 2)));
    EXPECT_THAT(drift_of(all, trailer_), ElementsAre(Pair("unknown", 1)));
    EXPECT_THAT(drift_of(tree(hero_.id), model_.id),
                testing::UnorderedElementsAre(Pair("missing", 1), Pair("unknown", 1)));
    EXPECT_THAT(drift_of(tree(ep01_), sq010_), ElementsAre(Pair("unknown", 2)));
    EXPECT_THAT(drift_of(tree(sq010_), sh0010_), ElementsAre(Pair("unknown", 1)));
}

} // namespace
} // namespace bifrost::tests
