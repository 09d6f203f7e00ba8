#pragma once
// Bringing disk and database together again after a scan: first a plan, then its fixes one after another,
// each an event. Nothing is ever removed: what has to give way is put aside below ".bifrost/aside" in the
// root.

#include <boost/json/value.hpp>

#include "services/folder/disk.hpp"
#include "services/folder/scan.hpp"
#include "storage/object_store.hpp"

namespace bifrost::folder {

struct Fix {
    Id id;
    Id project_id;
    Id scan_id;
    std::int64_t finding = 0;
    std::string action; ///< restore, move, quarantine, adopt
    std::string state;  ///< planned, applied, failed, undone
    std::string path;
    std::optional<std::string> to_path;    ///< of move: where it goes
    std::optional<std::string> aside_path; ///< where what gave way goes
    std::optional<Id> version_id;          ///< whose file it is; of adopt: which it became
    std::string detail;
    Timestamp created_at;
    std::optional<Id> created_by;
    Timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(Fix, (),
                      (id, project_id, scan_id, finding, action, state, path, to_path, aside_path, version_id,
                       detail, created_at, created_by, updated_at))

struct FixPlan {
    bool applied = false; ///< false: only shown
    std::optional<Id> job_id;
    std::int64_t total = 0;
    std::map<std::string, std::int64_t> by_action;
    std::vector<Fix> data; ///< the first 1,000
};
BOOST_DESCRIBE_STRUCT(FixPlan, (), (applied, job_id, total, by_action, data))

/// `body`: {dry_run?, links?, actions?: {missing?, wrong_place?, changed?, unknown?}, findings?: [number]}.
/// Without actions what is missing or changed is restored from the store, and what lies in the wrong place is
/// moved; what is unknown stays unless it is named (quarantine, adopt). `links` leaves a link at the old
/// place of what is moved. Needs job:manage. conflict while the scan runs. Unless dry_run: queues the job
/// "folder_reconcile" and adds "folder.reconcile_requested".
Result<FixPlan> reconcile(access::Call& call, std::string_view project, const Id& scan_id,
                          const boost::json::value& body);
Result<std::vector<Fix>> list_fixes(database::Tx& tx, const access::Actor& actor, std::string_view project,
                                    const Id& scan_id);

/// Something that was put aside, by a fix that still holds.
struct AsideFile {
    Id fix_id; ///< undoing it puts everything back
    Id scan_id;
    std::string action; ///< quarantine, restore
    std::string path;   ///< where it lay
    std::string aside_path;
    std::optional<Id> version_id;
    Timestamp put_aside_at;
    std::optional<Id> put_aside_by;
    std::optional<std::int64_t> size; ///< of files that are still there
    std::optional<bool> is_there;     ///< nothing: the disk can't be asked
};
BOOST_DESCRIBE_STRUCT(AsideFile, (),
                      (fix_id, scan_id, action, path, aside_path, version_id, put_aside_at, put_aside_by,
                       size, is_there))
struct AsidePage {
    std::vector<AsideFile> data;
    std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(AsidePage, (), (data, next_cursor))
/// What gave way and was not put back, newest first; `before`: the cursor of the page before, or empty. Needs
/// project:read.
Result<AsidePage> list_aside(database::Tx& tx, const access::Actor& actor, std::string_view project,
                             const std::string& before, std::int64_t limit);
/// Adds what the disk says of them.
void look_at_aside(AsidePage& page, const std::string& projects_root);

/// Adopts unknown files of one version: given by the worker, because publishing stands above this room. Takes
/// the planned fixes of one version's folder; the id of the version that they became.
using Adopter = std::function<Result<Id>(const std::vector<Fix>&)>;

struct FixCounts {
    std::int64_t applied = 0;
    std::int64_t failed = 0;
};
BOOST_DESCRIBE_STRUCT(FixCounts, (), (applied, failed))
/// Does what is planned of a scan; what has been done by a run that was broken off is not done again.
Result<FixCounts> apply_fixes(database::Database& database, const Disk& disk, storage::ObjectStore& store,
                              const Id& scan_id, const Adopter& adopt, const ScanObserver& observer);
/// Puts everything back as it was before the fix, by the same rules. Needs job:manage. conflict when it was
/// not applied, something new stands in the way, or it is an adoption (its version can be archived). Adds
/// "folder.fix_undone".
Result<Fix> undo_fix(database::Database& database, const access::Actor& actor, std::string_view project,
                     const Id& id, const std::string& projects_root);

} // namespace bifrost::folder
