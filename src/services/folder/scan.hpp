#pragma once
// Disk against database: what the published versions of a project have on the shared file system, and what
// else lies there.

#include <boost/json/value.hpp>

#include "queue/queue.hpp"
#include "services/folder/disk.hpp"
#include "services/folder/layout.hpp"

namespace bifrost::folder {

/// `changed`: bytes are read only when size, time or inode are not those of the last look; `all`: always;
/// `never`: only sizes count.
struct ScanOptions {
    std::string verify = "changed";
};

struct Finding {
    std::int64_t number = 0;
    std::string state;                        ///< missing, unknown, changed, wrong_place, unreadable
    std::string path;                         ///< below the root
    std::optional<std::string> expected_path; ///< of wrong_place
    std::optional<Id> version_id;
    std::optional<Id> file_id;
    std::optional<std::int64_t> size; ///< on the disk
    std::optional<std::string> sha256;
    std::string detail;
};
BOOST_DESCRIBE_STRUCT(Finding, (),
                      (number, state, path, expected_path, version_id, file_id, size, sha256, detail))

struct ScanCounts {
    std::int64_t files = 0;     ///< seen in tracked folders
    std::int64_t unchanged = 0; ///< files of versions that are as they should be
    std::int64_t read = 0;      ///< of which bytes were read
    std::int64_t missing = 0;
    std::int64_t unknown = 0;
    std::int64_t changed = 0;
    std::int64_t wrong_place = 0;
    std::int64_t unreadable = 0;
};
BOOST_DESCRIBE_STRUCT(ScanCounts, (),
                      (files, unchanged, read, missing, unknown, changed, wrong_place, unreadable))

struct Scan {
    Id id;
    Id project_id;
    std::optional<Id> job_id;
    json::Raw options;
    std::optional<json::Raw> counts; ///< once it has ended
    Timestamp created_at;
    std::optional<Id> created_by;
    std::optional<Timestamp> finished_at;
};
BOOST_DESCRIBE_STRUCT(Scan, (),
                      (id, project_id, job_id, options, counts, created_at, created_by, finished_at))

/// `body`: {verify?}. Queues the job "folder_scan"; while one of the project waits or runs, that one is
/// meant. Needs job:manage. Adds "folder.scan_requested".
Result<Scan> request_scan(access::Call& call, std::string_view project, const boost::json::value& body);
/// not_found when it isn't one of this project. Needs project:read.
Result<Scan> get_scan(database::Tx& tx, const access::Actor& actor, std::string_view project, const Id& id);
Result<std::vector<Scan>> list_scans(database::Tx& tx, const access::Actor& actor, std::string_view project);
struct FindingPage {
    std::vector<Finding> data;
    std::optional<std::string> next_cursor;
};
/// By number; `state` may be empty.
Result<FindingPage> list_findings(database::Tx& tx, const Scan& scan, std::string_view state,
                                  std::int64_t after, std::int64_t limit);

/// What a running scan tells and asks.
struct ScanObserver {
    std::function<bool()> stopped = [] { return false; };
    std::function<void(double)> progress = [](double) {};
};

struct ScanResult {
    ScanCounts counts;
    std::vector<Finding> findings;
};
/// Walks the disk. What was read is remembered in the database, so that the next scan need not read it again.
/// not_found when the project is gone; unavailable when all of its folder is, though it had files before.
Result<ScanResult> run_scan(database::Database& database, const Disk& disk, const Id& project_id,
                            const ScanOptions& options, const ScanObserver& observer);
/// Replaces the findings of a scan and marks it as ended.
Result<> store_findings(database::Database& database, const Id& scan_id, const ScanResult& result);

} // namespace bifrost::folder
