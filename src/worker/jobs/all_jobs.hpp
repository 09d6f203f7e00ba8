#pragma once

#include <vector>

#include "storage/object_store.hpp"
#include "worker/jobs/preview.hpp"
#include "worker/worker.hpp"

namespace bifrost::worker {

/// Every kind of job that this release knows. `store` must outlive the worker.
std::vector<JobKind> all_jobs(storage::ObjectStore& store, const PreviewOptions& previews = {});

} // namespace bifrost::worker
