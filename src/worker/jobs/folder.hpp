#pragma once
// The shared file system: comparing it with the database, and bringing both together again.

#include "storage/object_store.hpp"
#include "worker/worker.hpp"

namespace bifrost::worker {

/// "folder_scan": walks the folders of one project.
JobKind folder_scan_job(std::string projects_root);
/// "folder_links": once a day, takes links away that have stood at old places for long enough.
JobKind folder_links_job(std::string projects_root);
/// "folder_reconcile": applies the planned fixes of one scan.
JobKind folder_reconcile_job(storage::ObjectStore& store, std::string projects_root);

} // namespace bifrost::worker
