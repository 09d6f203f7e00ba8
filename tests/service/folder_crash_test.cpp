// kill -9 at every step of bringing disk and database together: nothing is lost on the way, the next run ends
// what was begun, and everything can be taken back.

#include <fstream>
#include <set>

#include "publish_crash_support.hpp"
#include "services/folder/reconcile.hpp"
#include "services/folder/scan.sql.hpp"
#include "support/child.hpp"

namespace bifrost::tests {
namespace {

namespace fs = std::filesystem;

class FolderCrash : public testing::TestWithParam<database::Dialect> {
  protected:
    void SetUp() override {
        Site site(fresh_.url(), store_folder_.path());
        site.make_production();
        project_ = site.project_id;
        actor_ = site.owner.user_id;
        for (const std::string bytes : {"first", "second", "third"}) publish(site, bytes);
        put(model_ / "V001/a.ma", "first");    // to be moved
        put(model_ / "v002/a.ma", "spoilt");   // gives way to what is restored
        put(root_ / "bar/stray.txt", "stray"); // to be put aside; the third is missing
        before_ = files();
        scan_ = scan(site);
        plan(site);
    }

    static void publish(Site& site, const std::string& bytes) {
        const auto opened = must(publish::create_upload(site.room(), site.owner, site.upload_body(bytes)));
        must(publish::complete_upload(site.room(), site.owner, opened.id, site.send(opened, bytes)));
        must(publish::verify_upload(site.room(), opened.id, {}, {}));
        site.publish(site.create_version(opened.id));
    }
    Id scan(Site& site) {
        auto& database = site.room().database;
        const auto asked = must(access::write(database, site.owner, [&](access::Call& call) {
            return folder::request_scan(call, "bar", boost::json::object{});
        }));
        const auto disk = must(folder::Disk::open(root_.string()));
        const auto found = must(folder::run_scan(database, disk, project_, {}, {}));
        EXPECT_EQ(found.findings.size(), 4U);
        must(folder::store_findings(database, asked.value.id, found));
        must(database.write([&](database::Tx& tx) {
            return tx.execute(folder::sql::finish_scan, asked.value.id, json::Raw{"{}"}, Timestamp::now());
        }));
        return asked.value.id;
    }
    void plan(Site& site) {
        const auto body = json_of(R"({"actions": {"missing": "restore", "changed": "restore",
                                                  "wrong_place": "move", "unknown": "quarantine"}})");
        const auto planned = must(access::write(site.room().database, site.owner, [&](access::Call& call) {
            return folder::reconcile(call, "bar", scan_, body);
        }));
        ASSERT_EQ(planned.value.total, 4);
    }
    folder::FixCounts apply(Site& site) {
        const auto disk = must(folder::Disk::open(root_.string()));
        return must(folder::apply_fixes(site.room().database, disk, site.room().store, scan_,
                                        [](const std::vector<folder::Fix>&) -> Result<Id> {
                                            return Error{Errc::internal, "none here"};
                                        },
                                        {}));
    }
    std::vector<folder::Fix> fixes(Site& site) {
        return must(site.room().database.read(
            [&](database::Tx& tx) { return folder::list_fixes(tx, site.owner, "bar", scan_); }));
    }

    void put(const fs::path& path, const std::string& bytes) {
        fs::create_directories(path.parent_path());
        std::ofstream(path) << bytes;
    }
    /// Path → bytes, all that lies anywhere below the root.
    std::map<std::string, std::string> files() {
        std::map<std::string, std::string> found;
        for (const auto& entry : fs::recursive_directory_iterator(root_)) {
            if (!entry.is_regular_file()) continue;
            std::ifstream file(entry.path());
            found[fs::relative(entry.path(), root_).string()] = {std::istreambuf_iterator<char>(file), {}};
        }
        return found;
    }
    /// No bytes that were there before are gone, wherever they lie now.
    void check_that_nothing_is_lost() {
        std::set<std::string> now;
        for (const auto& [path, bytes] : files()) now.insert(bytes);
        for (const auto& [path, bytes] : before_) EXPECT_TRUE(now.contains(bytes)) << path << " is lost";
    }
    std::unique_ptr<Site> open() {
        auto site = std::make_unique<Site>(fresh_.url(), store_folder_.path());
        site->owner.user_id = actor_;
        site->project_id = project_;
        return site;
    }
    /// True when the whole work was done before the step came.
    bool apply_until(int step) {
        Child child([&](const Child::Say& say) {
            auto site = open();
            site->kill_at(step);
            apply(*site);
            say("ended");
        });
        const bool ended = child.next_line() == "ended";
        child.wait();
        return ended;
    }
    void undo_all(Site& site) {
        for (const auto& fix : fixes(site)) {
            EXPECT_EQ(fix.state, "applied") << fix.path << " " << fix.detail;
            must(folder::undo_fix(site.room().database, site.owner, "bar", fix.id, root_.string()));
        }
    }

    FreshDatabase fresh_{GetParam()};
    TemporaryFolder store_folder_;
    TemporaryFolder disk_;
    fs::path root_ = disk_.path();
    fs::path model_ = root_ / "bar/assets/prop/hero/publish/model";
    std::map<std::string, std::string> before_;
    Id project_, actor_, scan_;
};
INSTANTIATE_FOR_BOTH_DATABASES(FolderCrash);

TEST_P(FolderCrash, a_reconciliation_that_is_killed_at_any_step_is_ended_by_the_next_and_loses_nothing) {
    constexpr int kMostSteps = 20;
    for (int step = 1; step < kMostSteps; ++step) {
        SCOPED_TRACE("killed at step " + std::to_string(step));
        const bool ended = apply_until(step);
        check_that_nothing_is_lost();
        auto site = open();
        apply(*site);
        check_that_nothing_is_lost();
        const auto now = files();
        const std::string at = "bar/assets/prop/hero/publish/model/";
        EXPECT_EQ(now.at(at + "v001/a.ma"), "first");
        EXPECT_EQ(now.at(at + "v002/a.ma"), "second");
        EXPECT_EQ(now.at(at + "v003/a.ma"), "third");
        EXPECT_FALSE(now.contains("bar/stray.txt"));
        for (const auto& [path, bytes] : now) EXPECT_EQ(path.find(".bifrost-"), std::string::npos) << path;
        undo_all(*site);
        const auto back = files();
        for (const auto& [path, bytes] : before_) EXPECT_EQ(back.at(path), bytes);
        if (ended) {
            EXPECT_GT(step, 8) << "the steps are counted";
            return;
        }
        plan(*site);
    }
    FAIL() << "it never ended";
}

} // namespace
} // namespace bifrost::tests
