#include "queue/job_list.hpp"

namespace bifrost::queue {
namespace {

void where_any(query::ListQuery& list, std::string_view column, const std::vector<std::string>& values) {
    if (values.empty()) return;
    std::string condition;
    database::Params params;
    for (const auto& value : values) {
        condition += (condition.empty() ? "" : " or ") + std::string(column) + " = ?";
        params.push_back(database::to_value(value));
    }
    list.where(condition, params);
}

} // namespace

Result<query::Page<Job>> list_jobs(database::Tx& tx, const query::ListRequest& request,
                                   const JobFilter& filter) {
    query::ListQuery list(
        "select j.id, j.project_id, j.kind, j.payload, j.state, j.priority, j.attempts, j.max_attempts, "
        "j.progress, "
        "j.error, j.result, j.parent_id, j.created_at, j.created_by, j.run_at, j.started_at, j.finished_at, "
        "j.cancel_requested",
        "from job j", "j.id", {{"created_at", "j.created_at", true}}, "-created_at");
    list.where_numbered(filter.visible("j.project_id", list.params()));
    where_any(list, "j.state", filter.states);
    where_any(list, "j.kind", filter.kinds);
    if (filter.project_id) list.where("j.project_id = ?", database::make_params(*filter.project_id));
    if (filter.parent_id) list.where("j.parent_id = ?", database::make_params(*filter.parent_id));
    return list.page<Job>(tx, request);
}

} // namespace bifrost::queue
