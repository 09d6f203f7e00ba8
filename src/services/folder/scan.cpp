#include "services/folder/scan.hpp"

#include "core/json_reader.hpp"
#include "services/folder/scan.sql.hpp"
#include "services/project/project.hpp"

namespace bifrost::folder {
namespace {

using access::Permission;

constexpr std::size_t kRowsAtOnce = 1'000;

Result<> write_rows(database::Database& database, const database::Query& query,
                    const std::vector<database::Params>& rows) {
    for (std::size_t at = 0; at < rows.size(); at += kRowsAtOnce) {
        const auto from = rows.begin() + static_cast<std::ptrdiff_t>(at);
        const auto to = rows.begin() + static_cast<std::ptrdiff_t>(std::min(rows.size(), at + kRowsAtOnce));
        const std::vector<database::Params> some(from, to);
        BIFROST_CHECK(database.write([&](database::Tx& tx) -> Result<> {
            BIFROST_CHECK(tx.execute_many(query, some));
            return {};
        }));
    }
    return {};
}

} // namespace

Result<Scan> request_scan(access::Call& call, std::string_view project, const boost::json::value& body) {
    BIFROST_ASSIGN(const auto found, project::get_project(call.tx, call.actor, project));
    BIFROST_CHECK(call.actor.require(Permission::job_manage, found.id, "project"));
    json::Reader reader(body);
    const std::string verify =
        reader.optional_choice("verify", {"changed", "all", "never"}).value_or("changed");
    BIFROST_CHECK(reader.finish());
    Scan scan;
    scan.id = Id::make();
    scan.project_id = found.id;
    scan.created_at = Timestamp::now();
    if (!call.actor.user_id.is_nil()) scan.created_by = call.actor.user_id;
    scan.options.text = R"({"verify":")" + verify + "\"}";
    queue::JobSpec job;
    job.kind = "folder_scan";
    job.project_id = found.id;
    job.created_by = scan.created_by;
    job.unique_key = "folder_scan:" + found.id.text();
    job.payload.text = R"({"scan_id":")" + scan.id.text() + R"(","verify":")" + verify + "\"}";
    BIFROST_ASSIGN(scan.job_id, queue::enqueue(call.tx, job));
    // One that waits or runs already is the one that was asked for.
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::find_scan_of_job, *scan.job_id));
    if (!rows.empty()) return rows[0].as<Scan>();
    BIFROST_CHECK(call.tx.execute(sql::insert_scan, scan.id, scan.project_id, scan.job_id, scan.options,
                                  scan.created_at, scan.created_by));
    call.changes.add({"folder.scan_requested", found.id, "folder_scan", scan.id,
                      events::make_patch("", json::to_json(scan))});
    return scan;
}

Result<Scan> get_scan(database::Tx& tx, const access::Actor& actor, std::string_view project, const Id& id) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_scan, id));
    if (!rows.empty()) {
        auto scan = rows[0].as<Scan>();
        if (scan.project_id == found.id) return scan;
    }
    return Error{Errc::not_found, "There is no such scan of this project."};
}

Result<std::vector<Scan>> list_scans(database::Tx& tx, const access::Actor& actor, std::string_view project) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_scans, found.id));
    std::vector<Scan> scans;
    for (const auto row : rows) scans.push_back(row.as<Scan>());
    return scans;
}

Result<FindingPage> list_findings(database::Tx& tx, const Scan& scan, std::string_view state,
                                  std::int64_t after, std::int64_t limit) {
    FindingPage page;
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_findings, scan.id, state, after, limit + 1));
    for (const auto row : rows) {
        if (static_cast<std::int64_t>(page.data.size()) == limit) {
            page.next_cursor = std::to_string(page.data.back().number);
            break;
        }
        page.data.push_back(row.as<Finding>());
    }
    return page;
}

Result<> store_findings(database::Database& database, const Id& scan_id, const ScanResult& result) {
    BIFROST_CHECK(database.write([&](database::Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.execute(sql::delete_findings, scan_id));
        return {};
    }));
    std::vector<database::Params> rows;
    rows.reserve(result.findings.size());
    for (const auto& one : result.findings)
        rows.push_back(database::make_params(scan_id, one.number, one.state, one.path, one.expected_path,
                                             one.version_id, one.file_id, one.size, one.sha256, one.detail));
    return write_rows(database, sql::insert_finding, rows);
}

} // namespace bifrost::folder
