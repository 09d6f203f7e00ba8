// Disks that are full, closed, away, or changed by others while a scan walks over them.

#include <atomic>
#include <thread>

#include <sys/fsuid.h>
#include <unistd.h>

#include "folder_scan_support.hpp"
#include "support/small_disk.hpp"

namespace bifrost::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// This thread reads files as nobody in particular, until the end.
class AsNobody {
  public:
    AsNobody() {
        if (::geteuid() == 0) ::setfsuid(65534);
    }
    AsNobody(const AsNobody&) = delete;
    AsNobody& operator=(const AsNobody&) = delete;
    ~AsNobody() {
        if (::geteuid() == 0) ::setfsuid(0);
    }
};

class FolderFault : public FolderScan {
  protected:
    Result<folder::FixCounts> apply(const Id& scan) {
        const auto disk = must(folder::Disk::open(root_));
        return folder::apply_fixes(database(), disk, *store_, scan,
                                   [](const std::vector<folder::Fix>&) -> Result<Id> {
                                       return Error{Errc::internal, "none here"};
                                   },
                                   {});
    }
    std::vector<std::string> states(const Id& scan) {
        std::vector<std::string> out;
        for (const auto& fix :
             read([&](database::Tx& tx) { return folder::list_fixes(tx, owner_, "bar", scan); }))
            out.push_back(fix.state);
        return out;
    }
};
INSTANTIATE_FOR_BOTH_DATABASES(FolderFault);

TEST_P(FolderFault, a_disk_that_gets_full_during_a_restore_shows_no_half_file_and_the_rest_follows_later) {
    const SmallDisk small(disk_folder_.path() / "small");
    root_ = (disk_folder_.path() / "small").string();
    const auto large = publish_bytes(model_.id, std::string(5 << 20, 'x'));
    fs::create_directories(fs::path(root_) / "bar");
    const auto found = scan();
    must(try_reconcile(found.id, "{}"));
    small.tighten();
    const auto full = apply(found.id);
    small.loosen();
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code, Errc::out_of_space);
    EXPECT_THAT(states(found.id), ElementsAre("applied", "planned"));
    const fs::path place = fs::path(root_) / "bar/assets/prop/hero/publish/model";
    EXPECT_EQ(bytes(place / "v001/a.ma"), "the bytes");
    EXPECT_FALSE(fs::exists(place / "v002/a.ma"));
    EXPECT_TRUE(!fs::exists(place / "v002") || fs::is_empty(place / "v002"));
    if (small.mounted() && !small.grow()) GTEST_FAIL() << "the disk can't be made larger";
    EXPECT_EQ(must(apply(found.id)).applied, 1);
    EXPECT_EQ(fs::file_size(place / "v002/a.ma"), 5U << 20);
    EXPECT_THAT(drift(), IsEmpty());
}

TEST_P(FolderFault, what_may_not_be_read_is_told_and_not_called_missing) {
    put(file_, "the bytes");
    put(base_ / "tex/closed/x.png", "x");
    const auto second = publish_bytes(model_.id, "second");
    put(base_.parent_path() / "v002/a.ma", "second");
    fs::permissions(disk_folder_.path(), fs::perms(0755));
    fs::permissions(file_, fs::perms::none);
    fs::permissions(base_.parent_path() / "v002", fs::perms::none);
    const auto disk = must(folder::Disk::open(root_));
    folder::ScanObserver observer;
    std::optional<AsNobody> nobody;
    observer.progress = [&](double) {
        if (!nobody) nobody.emplace(); // the database has been read
    };
    const auto found = folder::run_scan(database(), disk, bar_.id, {}, observer);
    nobody.reset();
    fs::permissions(base_.parent_path() / "v002", fs::perms::owner_all);
    EXPECT_THAT(drift(must(found)), testing::UnorderedElementsAre(
                                        "unreadable bar/assets/prop/hero/publish/model/v001/a.ma",
                                        "unreadable bar/assets/prop/hero/publish/model/v002",
                                        "unknown bar/assets/prop/hero/publish/model/v001/tex/closed/x.png"));
}

TEST_P(FolderFault, a_shared_folder_that_is_away_fails_the_scan_and_calls_nothing_missing) {
    put(file_, "the bytes");
    EXPECT_THAT(drift(), IsEmpty());
    const auto disk = must(folder::Disk::open(root_));
    fs::rename(disk_folder_.path() / "bar", disk_folder_.path() / "elsewhere"); // as when nothing is mounted
    const auto away = folder::run_scan(database(), disk, bar_.id, {}, {});
    ASSERT_FALSE(away);
    EXPECT_EQ(away.error().code, Errc::unavailable);
    EXPECT_THAT(away.error().detail, HasSubstr("mount"));
    EXPECT_ERROR(folder::Disk::open(root_ + "/nothing"), Errc::unavailable);
    fs::create_directory(disk_folder_.path() / "bar"); // somebody says that it is really gone
    EXPECT_THAT(drift(), ElementsAre("missing bar/assets/prop/hero/publish/model/v001/a.ma"));
}

TEST_P(FolderFault, names_that_differ_in_case_or_unicode_form_are_told_apart_and_moved_right) {
    const std::string composed = "caf\xc3\xa9.png";
    const std::string apart = "cafe\xcc\x81.png";
    const auto draft =
        create(model_.id, boost::json::object{{"files", boost::json::array{file(composed, "picture"),
                                                                           file("Scene.ma", "scene")}}});
    publish_one(draft.id);
    put(file_, "the bytes");
    const fs::path place = base_.parent_path() / "v002";
    put(place / apart, "picture");
    put(place / "scene.ma", "scene");
    const auto found = scan();
    const auto page = read([&](database::Tx& tx) { return folder::list_findings(tx, found, "", 0, 100); });
    ASSERT_THAT(page.data, SizeIs(2));
    for (const auto& one : page.data) {
        EXPECT_EQ(one.state, "wrong_place") << one.path;
        EXPECT_THAT(one.detail, HasSubstr(one.path.ends_with(".png") ? "Unicode" : "upper and lower case"));
    }
    for (const auto& fix : reconcile(found.id)) EXPECT_EQ(fix.state, "applied") << fix.detail;
    EXPECT_EQ(bytes(place / composed), "picture");
    EXPECT_EQ(bytes(place / "Scene.ma"), "scene");
    EXPECT_THAT(drift(), IsEmpty());
    // Both forms at once, where the disk has room for both: the right one stays, the other is unknown.
    put(place / "SCENE.MA", "another");
    put(place / apart, "another");
    EXPECT_THAT(drift(),
                testing::UnorderedElementsAre("unknown bar/assets/prop/hero/publish/model/v002/SCENE.MA",
                                              "unknown bar/assets/prop/hero/publish/model/v002/" + apart));
}

TEST_P(FolderFault, folders_that_others_rename_and_turn_into_links_meanwhile_lead_a_scan_nowhere) {
    TemporaryFolder outside;
    put(outside.path() / "v001/a.ma", "secret");
    put(outside.path() / "secret.txt", "secret");
    put(file_, "the bytes");
    const fs::path model = base_.parent_path();
    const fs::path away = model.parent_path() / "away";
    std::atomic<bool> stop{false};
    std::atomic<int> turns{0};
    std::thread other([&] {
        std::error_code ignored;
        while (!stop) {
            fs::rename(model, away, ignored);
            fs::create_directory_symlink(outside.path(), model, ignored);
            fs::remove(model, ignored);
            fs::rename(away, model, ignored);
            ++turns;
        }
    });
    for (int i = 0; i < 30 || turns < 200; ++i) {
        const auto disk = must(folder::Disk::open(root_));
        const auto found = folder::run_scan(database(), disk, bar_.id, {"all"}, {});
        if (!found) continue;
        for (const auto& one : found->findings) {
            EXPECT_EQ(one.path.find("secret"), std::string::npos) << one.path;
            EXPECT_NE(one.state, "changed") << one.path << ": bytes from outside were read";
        }
    }
    stop = true;
    other.join();
    EXPECT_THAT(drift(), IsEmpty());
    EXPECT_EQ(bytes(outside.path() / "v001/a.ma"), "secret");
}

TEST_P(FolderFault, two_scans_of_one_project_at_once_both_tell_the_truth) {
    put(file_, "the bytes");
    put(base_ / "extra.txt", "extra");
    std::vector<std::thread> threads;
    std::atomic<int> right{0};
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            const auto disk = folder::Disk::open(root_);
            const auto found = folder::run_scan(database(), *disk, bar_.id, {"all"}, {});
            if (found && found->counts.unchanged == 1 && found->counts.unknown == 1 &&
                found->findings.size() == 1)
                ++right;
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(right, 4);
}

} // namespace
} // namespace bifrost::tests
