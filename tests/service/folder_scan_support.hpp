#pragma once
// A shared file system beside the production, with one published version of one file.

#include <filesystem>
#include <fstream>

#include "folder_support.hpp"
#include "services/folder/reconcile.hpp"
#include "worker/jobs/folder.hpp"

namespace bifrost::tests {

namespace fs = std::filesystem;

class FolderScan : public FolderTest {
  protected:
    void SetUp() override {
        FolderTest::SetUp();
        root_ = disk_folder_.path().string();
        version_ = publish_bytes(model_.id, "the bytes");
        base_ = disk_folder_.path() / "bar/assets/prop/hero/publish/model/v001";
        file_ = base_ / "a.ma";
    }

    void put(const fs::path& path, const std::string& bytes) {
        fs::create_directories(path.parent_path());
        std::ofstream(path) << bytes;
    }
    std::string bytes(const fs::path& path) {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    folder::ScanResult walk(const std::string& verify = "changed") {
        const auto disk = must(folder::Disk::open(root_));
        return must(folder::run_scan(database(), disk, bar_.id, {verify}, {}));
    }
    /// "state path" of each finding.
    std::vector<std::string> drift(const folder::ScanResult& result) {
        std::vector<std::string> out;
        for (const auto& one : result.findings)
            out.push_back(one.state + " " + one.path +
                          (one.expected_path ? " -> " + *one.expected_path : ""));
        return out;
    }
    std::vector<std::string> drift() { return drift(walk()); }

    /// Runs what waits of this kind, until it has ended.
    void run_job(const worker::JobKind& kind) {
        worker::Options options;
        options.concurrency = 1;
        options.poll = std::chrono::milliseconds(20);
        worker::Worker worker(database(), {kind}, options);
        worker.start();
        const auto waiting = [&] {
            return count(
                "select count(*) from job where kind = $1 and state in ('queued', 'running', 'failed')",
                database::make_params(kind.name));
        };
        while (waiting() > 0) queue::wait_for_jobs(queue::notifications(), std::chrono::milliseconds(20));
        worker.drain(std::chrono::seconds(5));
    }
    folder::Scan scan() {
        const auto asked = write(owner_, [&](access::Call& call) {
            return folder::request_scan(call, "bar", boost::json::object{});
        });
        run_job(worker::folder_scan_job(root_));
        return read([&](database::Tx& tx) { return folder::get_scan(tx, owner_, "bar", asked.id); });
    }
    Result<folder::FixPlan> try_reconcile(const Id& scan, std::string_view body) {
        return try_write(
            owner_, [&](access::Call& call) { return folder::reconcile(call, "bar", scan, json_of(body)); });
    }
    std::vector<folder::Fix> reconcile(const Id& scan, std::string_view body = "{}") {
        must(try_reconcile(scan, body));
        run_job(worker::folder_reconcile_job(*store_, root_));
        return read([&](database::Tx& tx) { return folder::list_fixes(tx, owner_, "bar", scan); });
    }
    Result<folder::Fix> undo(const Id& fix) {
        return folder::undo_fix(database(), owner_, "bar", fix, root_);
    }

    TemporaryFolder disk_folder_;
    publish::VersionDetail version_;
    fs::path base_, file_;
};

} // namespace bifrost::tests
