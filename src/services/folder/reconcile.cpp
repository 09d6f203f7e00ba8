#include "services/folder/reconcile.hpp"

#include <algorithm>
#include <unordered_set>

#include "core/json_reader.hpp"
#include "services/folder/reconcile.sql.hpp"
#include "services/project/project.hpp"

namespace bifrost::folder {
namespace {

using access::Call;
using access::Permission;

constexpr std::int64_t kPage = 5'000;
constexpr std::size_t kMostShown = 1'000;

struct ReconcileRequest {
    bool dry_run = false;
    bool links = false;
    std::map<std::string, std::string> actions;
    std::unordered_set<std::int64_t> findings; ///< empty: all
};

Result<ReconcileRequest> read_request(const boost::json::value& body) {
    json::Reader reader(body);
    ReconcileRequest request;
    request.dry_run = reader.optional_boolean("dry_run").value_or(false);
    request.links = reader.optional_boolean("links").value_or(false);
    if (const auto* actions = reader.member("actions"); actions != nullptr && !actions->is_null()) {
        json::Reader nested(*actions, "/actions");
        const auto choose = [&](const char* state, const std::vector<std::string_view>& choices) {
            if (auto action = nested.optional_choice(state, choices)) request.actions[state] = *action;
        };
        choose("missing", {"restore"});
        choose("wrong_place", {"move", "quarantine"});
        choose("changed", {"restore", "quarantine"});
        choose("unknown", {"quarantine", "adopt"});
        reader.merge(nested);
    } else {
        request.actions = {{"missing", "restore"}, {"wrong_place", "move"}, {"changed", "restore"}};
    }
    if (const auto* numbers = reader.array("findings", 10'000)) {
        for (std::size_t i = 0; i < numbers->size(); ++i) {
            if (const auto& value = (*numbers)[i]; value.is_int64())
                request.findings.insert(value.get_int64());
            else
                reader.add_item_error("findings", i, "must be the number of a finding");
        }
    }
    BIFROST_CHECK(reader.finish());
    return request;
}

/// Nothing when the finding is to stay as it is.
std::optional<Fix> plan(const Finding& finding, const ReconcileRequest& request, const Scan& scan) {
    if (!request.findings.empty() && !request.findings.contains(finding.number)) return std::nullopt;
    const auto action = request.actions.find(finding.state);
    if (action == request.actions.end()) return std::nullopt;
    Fix fix;
    fix.id = Id::make();
    fix.project_id = scan.project_id;
    fix.scan_id = scan.id;
    fix.finding = finding.number;
    fix.action = action->second;
    fix.state = "planned";
    fix.path = finding.path;
    fix.version_id = finding.version_id;
    fix.created_at = fix.updated_at = Timestamp::now();
    if (fix.action == "move") fix.to_path = finding.expected_path;
    if (fix.action == "move" && request.links) fix.detail = "link";
    if (fix.action == "quarantine" || (fix.action == "restore" && finding.state == "changed"))
        fix.aside_path =
            ".bifrost/aside/" + fix.id.text() + "/" + finding.path.substr(finding.path.rfind('/') + 1);
    return fix;
}

Result<std::vector<Fix>> plan_all(Call& call, const ReconcileRequest& request, const Scan& scan) {
    std::vector<Fix> fixes;
    for (std::int64_t after = 0;;) {
        BIFROST_ASSIGN(const auto rows, call.tx.query(sql::list_fixable, scan.id, after, kPage));
        for (const auto row : rows) {
            const auto finding = row.as<Finding>();
            after = finding.number;
            if (auto fix = plan(finding, request, scan)) fixes.push_back(std::move(*fix));
        }
        if (static_cast<std::int64_t>(rows.size()) < kPage) return fixes;
    }
}

/// What is adopted together: the files of one version, of all its representations. Nothing when the path is
/// none of a version.
std::string version_of(const TemplateSet& templates, const std::string& path) {
    for (const auto& reading : templates.read(path, "main")) {
        if (!reading.found->holds_versions() || !reading.values.has(Token::version) || reading.rest.empty())
            continue;
        std::string address;
        for (const Token token : chain_of(reading))
            address += (address.empty() ? "" : "/") + reading.values.code(token);
        return address + "@" + reading.values.code(Token::version);
    }
    return path;
}

/// Without effect when it was done already.
Result<> move_once(const Disk& disk, const std::string& from, const std::string& to) {
    const auto moved = disk.move(from, to);
    if (moved) return moved;
    // Something stands there: what was moved before the undo was broken off, unless it is in the way.
    BIFROST_ASSIGN(const bool is_there, disk.exists(to));
    BIFROST_ASSIGN(const bool is_left, disk.exists(from));
    const bool is_done = is_there && (!is_left || to.starts_with(".bifrost/"));
    return is_done ? Result<>{} : moved;
}

Result<Fix> get_fix(database::Tx& tx, const Id& id, const Id& project_id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_fix, id));
    if (!rows.empty()) {
        auto fix = rows[0].as<Fix>();
        if (fix.project_id == project_id) return fix;
    }
    return Error{Errc::not_found, "There is no such fix in this project."};
}

} // namespace

Result<FixPlan> reconcile(Call& call, std::string_view project, const Id& scan_id,
                          const boost::json::value& body) {
    BIFROST_ASSIGN(const auto found, project::get_project(call.tx, call.actor, project));
    BIFROST_CHECK(call.actor.require(Permission::job_manage, found.id, "project"));
    BIFROST_ASSIGN(const Scan scan, get_scan(call.tx, call.actor, project, scan_id));
    BIFROST_ASSIGN(const auto request, read_request(body));
    if (!scan.finished_at) return Error{Errc::conflict, "The scan still runs; wait until it has ended."};
    BIFROST_ASSIGN(auto fixes, plan_all(call, request, scan));
    BIFROST_ASSIGN(const TemplateSet templates, load_templates(call.tx, scan.project_id));
    for (auto& fix : fixes)
        if (fix.action == "adopt") fix.detail = version_of(templates, fix.path);
    FixPlan answer;
    answer.total = static_cast<std::int64_t>(fixes.size());
    for (const auto& fix : fixes) ++answer.by_action[fix.action];
    if (!request.dry_run && !fixes.empty()) {
        std::vector<database::Params> rows;
        std::optional<Id> actor_id;
        if (!call.actor.user_id.is_nil()) actor_id = call.actor.user_id;
        for (const auto& fix : fixes)
            rows.push_back(database::make_params(fix.id, fix.project_id, fix.scan_id, fix.finding, fix.action,
                                                 fix.path, fix.to_path, fix.aside_path, fix.version_id,
                                                 fix.detail, fix.created_at, actor_id));
        BIFROST_CHECK(call.tx.execute_many(sql::insert_fix, rows));
        queue::JobSpec job;
        job.kind = "folder_reconcile";
        job.project_id = scan.project_id;
        job.created_by = actor_id;
        job.unique_key = "folder_reconcile:" + scan.id.text();
        job.payload.text = R"({"scan_id":")" + scan.id.text() + "\"}";
        BIFROST_ASSIGN(answer.job_id, queue::enqueue(call.tx, job));
        answer.applied = true;
        std::string after;
        json::ObjectWriter(after).member("fixes", answer.total).member("by_action", answer.by_action);
        call.changes.add({"folder.reconcile_requested", scan.project_id, "folder_scan", scan.id,
                          events::make_patch("", after)});
    }
    if (fixes.size() > kMostShown) fixes.resize(kMostShown);
    answer.data = std::move(fixes);
    return answer;
}

Result<std::vector<Fix>> list_fixes(database::Tx& tx, const access::Actor& actor, std::string_view project,
                                    const Id& scan_id) {
    BIFROST_ASSIGN(const Scan scan, get_scan(tx, actor, project, scan_id));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_fixes, scan.id));
    std::vector<Fix> fixes;
    for (const auto row : rows) fixes.push_back(row.as<Fix>());
    return fixes;
}

Result<AsidePage> list_aside(database::Tx& tx, const access::Actor& actor, std::string_view project,
                             const std::string& before, std::int64_t limit) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_aside, found.id, before, limit + 1));
    AsidePage page;
    for (const auto row : rows) {
        if (static_cast<std::int64_t>(page.data.size()) == limit) {
            page.next_cursor = page.data.back().fix_id.text();
            break;
        }
        page.data.push_back(row.as<AsideFile>());
    }
    return page;
}

void look_at_aside(AsidePage& page, const std::string& projects_root) {
    const auto disk = Disk::open(projects_root);
    for (auto& one : page.data) {
        if (!disk) continue;
        const auto there = disk->exists(one.aside_path);
        if (!there) continue;
        one.is_there = *there;
        if (const auto file = disk->stat_file(one.aside_path); file && *file) one.size = (*file)->size;
    }
}

Result<Fix> undo_fix(database::Database& database, const access::Actor& actor, std::string_view project,
                     const Id& id, const std::string& projects_root) {
    BIFROST_ASSIGN(Fix fix, database.read([&](database::Tx& tx) -> Result<Fix> {
        BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
        BIFROST_CHECK(actor.require(Permission::job_manage, found.id, "project"));
        return get_fix(tx, id, found.id);
    }));
    if (fix.state != "applied")
        return Error{Errc::conflict, "The fix is " + fix.state + "; only an applied one can be undone."};
    if (fix.action == "adopt")
        return Error{Errc::conflict, "What was adopted is a version now; archive the version instead."};
    BIFROST_ASSIGN(const Disk disk, Disk::open(projects_root));
    // One place for each time that the fix was applied, so that an undo that is broken off goes on where it
    // was.
    const std::string own =
        ".bifrost/aside/" + fix.id.text() + "/" + std::to_string(fix.updated_at.micros) + "/";
    if (fix.action == "move") {
        if (fix.detail == "link") BIFROST_CHECK(move_once(disk, fix.path, own + "link"));
        BIFROST_CHECK(move_once(disk, *fix.to_path, fix.path));
    }
    if (fix.action == "restore") BIFROST_CHECK(move_once(disk, fix.path, own + "restored"));
    if (fix.aside_path) {
        BIFROST_ASSIGN(const bool is_aside, disk.exists(*fix.aside_path));
        if (is_aside) BIFROST_CHECK(disk.move(*fix.aside_path, fix.path));
    }
    BIFROST_ASSIGN(auto written, access::write(database, actor, [&](Call& call) -> Result<Fix> {
                       BIFROST_CHECK(call.tx.execute(sql::end_fix, fix.id, "undone", fix.detail,
                                                     fix.version_id, Timestamp::now()));
                       BIFROST_ASSIGN(auto now, get_fix(call.tx, id, fix.project_id));
                       call.changes.add({"folder.fix_undone", fix.project_id, "folder_fix", fix.id,
                                         events::make_patch(json::to_json(fix), json::to_json(now))});
                       return now;
                   }));
    return std::move(written.value);
}

} // namespace bifrost::folder
