// Scans and what is done about them: every kind of drift is found, nothing is removed, and a fix can be
// undone.

#include "folder_scan_support.hpp"
#include "services/folder/create.hpp"

namespace bifrost::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

INSTANTIATE_FOR_BOTH_DATABASES(FolderScan);

constexpr std::string_view kFile = "bar/assets/prop/hero/publish/model/v001/a.ma";

TEST_P(FolderScan, every_kind_of_drift_is_found) {
    const auto second = publish_bytes(model_.id, "others");
    const auto third = publish_bytes(model_.id, "third one");
    put(file_, "not bytes");                                                 // changed: the size is right
    put(base_.parent_path() / "V003" / "a.ma", "third one");                 // wrong place: upper case
    put(base_ / "extra.txt", "extra");                                       // unknown
    put(disk_folder_.path() / "bar/stray/x.txt", "stray");                   // unknown
    put(disk_folder_.path() / "bar/assets/prop/hero/work/scene.ma", "mine"); // nobody's business
    put(disk_folder_.path() / "other/x.txt", "another project's");
    EXPECT_THAT(drift(),
                testing::UnorderedElementsAre("changed " + std::string(kFile),
                                              "wrong_place bar/assets/prop/hero/publish/model/V003/a.ma -> "
                                              "bar/assets/prop/hero/publish/model/v003/a.ma",
                                              "unknown bar/assets/prop/hero/publish/model/v001/extra.txt",
                                              "unknown bar/stray/x.txt",
                                              "missing bar/assets/prop/hero/publish/model/v002/a.ma"));
}

TEST_P(FolderScan, bytes_are_read_once_and_again_only_when_the_file_was_touched) {
    put(file_, "the bytes");
    EXPECT_EQ(walk().counts.read, 1);
    const auto again = walk();
    EXPECT_EQ(again.counts.read, 0);
    EXPECT_EQ(again.counts.unchanged, 1);
    EXPECT_THAT(again.findings, IsEmpty());
    EXPECT_EQ(walk("all").counts.read, 1);
    fs::last_write_time(file_, fs::file_time_type::clock::now() - std::chrono::hours(1));
    EXPECT_EQ(walk().counts.read, 1);
    put(file_, "THE bytes");
    EXPECT_THAT(drift(walk("never")), IsEmpty());
    EXPECT_THAT(drift(), ElementsAre("changed " + std::string(kFile)));
}

TEST_P(FolderScan, links_odd_names_and_closed_folders_are_told_and_not_followed) {
    TemporaryFolder outside;
    put(outside.path() / "a.ma", "the bytes");
    fs::create_directories(base_);
    fs::create_symlink(outside.path() / "a.ma", file_);
    fs::create_directory_symlink(outside.path(), base_ / "out");
    put(base_ / "caf\xe9", "latin-1");
    put(base_ / "two\nlines", "x");
    const auto found = drift();
    EXPECT_THAT(found,
                testing::UnorderedElementsAre("changed " + std::string(kFile),
                                              "unknown bar/assets/prop/hero/publish/model/v001/out",
                                              "unknown bar/assets/prop/hero/publish/model/v001/caf%E9",
                                              "unknown bar/assets/prop/hero/publish/model/v001/two%0Alines"));
}

TEST_P(FolderScan, only_who_may_manage_jobs_asks_for_scans_and_one_runs_at_a_time) {
    const auto ask = [&](const access::Actor& actor) {
        return try_write(actor, [&](access::Call& call) {
            return folder::request_scan(call, "bar", boost::json::object{});
        });
    };
    EXPECT_ERROR(ask(with_role(bar_.id, "artist")), Errc::forbidden);
    EXPECT_ERROR(ask(stranger()), Errc::not_found);
    const auto first = must(ask(with_role(bar_.id, "supervisor")));
    EXPECT_EQ(must(ask(owner_)).id, first.id);
    EXPECT_ERROR(try_reconcile(first.id, "{}"), Errc::conflict);
    const auto nobody = stranger();
    EXPECT_ERROR(
        database().read([&](database::Tx& tx) { return folder::get_scan(tx, nobody, "bar", first.id); }),
        Errc::not_found);
}

TEST_P(FolderScan, what_is_missing_or_changed_is_restored_and_what_gave_way_is_kept) {
    const auto second = publish_bytes(model_.id, "second");
    put(file_, "spoilt");
    const auto done = scan();
    EXPECT_TRUE(done.finished_at);
    const auto shown = must(try_reconcile(done.id, R"({"dry_run": true})"));
    EXPECT_EQ(shown.total, 2);
    EXPECT_FALSE(shown.job_id);
    EXPECT_EQ(bytes(file_), "spoilt");
    const auto fixes = reconcile(done.id);
    ASSERT_THAT(fixes, SizeIs(2));
    for (const auto& fix : fixes) EXPECT_EQ(fix.state, "applied") << fix.detail;
    EXPECT_EQ(bytes(file_), "the bytes");
    EXPECT_EQ(bytes(base_.parent_path() / "v002/a.ma"), "second");
    EXPECT_EQ(bytes(disk_folder_.path() / *fixes[0].aside_path), "spoilt");
    EXPECT_THAT(drift(), IsEmpty());

    EXPECT_EQ(must(undo(fixes[0].id)).state, "undone");
    EXPECT_EQ(bytes(file_), "spoilt");
    EXPECT_ERROR(undo(fixes[0].id), Errc::conflict);
    EXPECT_EQ(must(undo(fixes[1].id)).state, "undone");
    EXPECT_FALSE(fs::exists(base_.parent_path() / "v002/a.ma"));
    const auto all = actions();
    EXPECT_EQ(std::count(all.begin(), all.end(), "folder.fix_applied"), 2);
    EXPECT_EQ(std::count(all.begin(), all.end(), "folder.fix_undone"), 2);
}

TEST_P(FolderScan, what_moved_is_moved_back_and_a_new_template_takes_its_files_along) {
    put(file_, "the bytes");
    EXPECT_THAT(drift(), IsEmpty());
    make_template("published", "asset", "{project}/lib/{asset}/out[/{product}/v{version:03}]");
    const auto done = scan();
    const auto fixes = reconcile(done.id, R"({"links": true})");
    ASSERT_THAT(fixes, SizeIs(1));
    EXPECT_EQ(fixes[0].action, "move");
    EXPECT_EQ(fixes[0].state, "applied") << fixes[0].detail;
    const auto now = disk_folder_.path() / "bar/lib/hero/out/model/v001/a.ma";
    EXPECT_EQ(bytes(now), "the bytes");
    EXPECT_TRUE(fs::is_symlink(file_));
    EXPECT_EQ(bytes(file_), "the bytes");
    const auto after = walk();
    EXPECT_THAT(drift(after), IsEmpty());
    EXPECT_EQ(after.counts.read, 0);
    must(undo(fixes[0].id));
    EXPECT_FALSE(fs::is_symlink(file_));
    EXPECT_EQ(bytes(file_), "the bytes");
}

TEST_P(FolderScan, a_fix_that_finds_another_disk_than_the_scan_fails_and_harms_nothing) {
    put(file_, "spoilt");
    const auto second = publish_bytes(model_.id, "second");
    const auto done = scan();
    put(base_.parent_path() / "v002/a.ma", "somebody's");
    fs::remove(file_);
    const auto fixes = reconcile(done.id);
    ASSERT_THAT(fixes, SizeIs(2));
    EXPECT_EQ(fixes[0].state, "failed");
    EXPECT_EQ(fixes[1].state, "failed");
    EXPECT_THAT(fixes[1].detail, HasSubstr("since the scan"));
    EXPECT_EQ(bytes(base_.parent_path() / "v002/a.ma"), "somebody's");
}

TEST_P(FolderScan, unknown_files_are_put_aside_or_become_a_version) {
    put(file_, "the bytes");
    put(disk_folder_.path() / "bar/stray.txt", "stray");
    put(base_.parent_path() / "v004/b.ma", "fourth");
    put(base_.parent_path() / "v004/tex/c.png", "texture");
    const auto done = scan();
    EXPECT_EQ(must(try_reconcile(done.id, R"({"dry_run": true})")).total, 0);
    const auto fixes = reconcile(done.id, R"({"actions": {"unknown": "adopt"}})");
    ASSERT_THAT(fixes, SizeIs(3));
    for (const auto& fix : fixes) {
        const bool stray = fix.path == "bar/stray.txt";
        EXPECT_EQ(fix.state, stray ? "failed" : "applied") << fix.path << " " << fix.detail;
        if (stray) continue;
        EXPECT_EQ(get(*fix.version_id).number, 4);
        EXPECT_ERROR(undo(fix.id), Errc::conflict);
    }
    EXPECT_THAT(drift(), ElementsAre("unknown bar/stray.txt"));
    const auto again = reconcile(done.id, R"({"actions": {"unknown": "quarantine"}})");
    EXPECT_FALSE(fs::exists(disk_folder_.path() / "bar/stray.txt"));
    EXPECT_THAT(drift(), IsEmpty());
    for (const auto& fix : again)
        if (fix.action == "quarantine") must(undo(fix.id));
    EXPECT_EQ(bytes(disk_folder_.path() / "bar/stray.txt"), "stray");
}

TEST_P(FolderScan, folders_are_made_with_their_children_and_only_below_the_root) {
    const auto create = [&](const access::Actor& actor, const boost::json::value& body) {
        auto request = must(folder::read_create_request(body));
        return folder::create_folders(database(), actor, "bar", request, root_);
    };
    const auto all = json_of(R"({"items": [{"entity_id": ")" + bar_.id.text() + R"("}, {"entity_id": ")" +
                             sh0010_.text() + R"(", "data_types": ["work"]}, {"entity_id": "x"}]})");
    EXPECT_ERROR(create(with_role(bar_.id, "viewer"), all), Errc::forbidden);
    EXPECT_ERROR(create(stranger(), all), Errc::not_found);
    const auto made = must(create(with_role(bar_.id, "artist"), all));
    ASSERT_THAT(made, SizeIs(11));
    EXPECT_TRUE(fs::is_directory(disk_folder_.path() / "bar/production/editorial"));
    EXPECT_TRUE(fs::is_directory(disk_folder_.path() / "bar/shots/ep01/sq010/sh0010/work"));
    EXPECT_EQ(made[5].path, root_ + "/bar/shots/ep01/sq010/sh0010/work");
    EXPECT_THAT(made[6].error, HasSubstr("no such entity"));
    fs::remove_all(disk_folder_.path() / "bar/assets");
    TemporaryFolder outside;
    fs::create_directory_symlink(outside.path(), disk_folder_.path() / "bar/assets");
    const auto linked =
        must(create(owner_, json_of(R"({"items": [{"entity_id": ")" + hero_.id.text() + R"("}]})")));
    for (const auto& one : linked) EXPECT_THAT(one.error, HasSubstr("symbolic link"));
    EXPECT_TRUE(fs::is_empty(outside.path()));
    const auto request = folder::read_create_request(
        json_of(R"({"items": [{"entity_id": "x", "data_types": ["work", "wrok"]}], "dry": 1})"));
    EXPECT_EQ(pointers(request.error()), (std::vector<std::string>{"/items/0/data_types/1", "/dry"}));
}

} // namespace
} // namespace bifrost::tests
