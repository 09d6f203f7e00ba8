#include "worker/jobs/all_jobs.hpp"

#include "worker/jobs/tidy.hpp"

namespace bifrost::worker {

std::vector<JobKind> all_jobs(database::Database&, storage::ObjectStore&) { return {tidy_job()}; }

} // namespace bifrost::worker
