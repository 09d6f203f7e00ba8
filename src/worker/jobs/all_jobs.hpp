#pragma once

#include <string>
#include <vector>

#include "storage/object_store.hpp"
#include "worker/jobs/preview.hpp"
#include "worker/worker.hpp"

namespace bifrost::worker {

/// Every kind of job that this release knows. `store` must outlive the worker; `projects_root` is the shared
/// file system of the productions (empty: there is none).
std::vector<JobKind> all_jobs(storage::ObjectStore& store, const std::string& projects_root,
                              const PreviewOptions& previews = {});

} // namespace bifrost::worker
