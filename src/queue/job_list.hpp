#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "query/list.hpp"
#include "queue/queue.hpp"

namespace bifrost::queue {

struct JobFilter {
    std::vector<std::string> states; ///< empty: any
    std::vector<std::string> kinds;
    std::optional<Id> project_id;
    std::optional<Id> parent_id; ///< the children of this job
    /// The policy's row filter on the given column (see access::visible_projects).
    std::function<std::string(std::string_view column, database::Params& params)> visible;
};

/// Newest first.
Result<query::Page<Job>> list_jobs(database::Tx& tx, const query::ListRequest& request,
                                   const JobFilter& filter);

} // namespace bifrost::queue
