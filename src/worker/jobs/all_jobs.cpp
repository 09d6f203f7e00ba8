#include "worker/jobs/all_jobs.hpp"

#include "worker/jobs/checksum.hpp"
#include "worker/jobs/collect.hpp"
#include "worker/jobs/event_months.hpp"
#include "worker/jobs/folder.hpp"
#include "worker/jobs/tidy.hpp"

namespace bifrost::worker {

std::vector<JobKind> all_jobs(storage::ObjectStore& store, const std::string& projects_root,
                              const PreviewOptions& previews) {
    return {checksum_job(store),
            publish_job(store),
            collect_job(store),
            sweep_job(store),
            tidy_job(),
            preview_job(store, previews),
            preview_collect_job(store),
            event_months_job(),
            folder_scan_job(projects_root),
            folder_links_job(projects_root),
            folder_reconcile_job(store, projects_root)};
}

} // namespace bifrost::worker
