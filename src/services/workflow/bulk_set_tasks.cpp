// Setting the same values on many tasks.

#include <utility>

#include "services/task/bulk_task.hpp"
#include "services/workflow/bulk_change.hpp"

namespace bifrost::workflow {

Result<> bulk_set_tasks(BulkWork& work) {
    BIFROST_ASSIGN(const auto set, task::read_bulk_set(work.call.tx, work.project_id, *work.request.set));
    BIFROST_ASSIGN(const auto tasks, task::lock_tasks(work.call.tx, work.project_id, work.request.ids));
    std::vector<std::pair<task::Task, task::Task>> changes;
    for (const auto& before : tasks) {
        if (!work.admit(before.id, before.revision, before.archived_at.has_value())) continue;
        task::Task after = before;
        if (const std::string refusal = task::apply(set, after); !refusal.empty()) {
            work.conflicts.push_back({before.id, refusal});
            continue;
        }
        const std::string patch = task::patch_of(before, after);
        if (patch.empty()) continue;
        work.change(before.id, "task.updated", patch);
        changes.emplace_back(before, std::move(after));
    }
    if (!work.shall_write()) return {};
    return task::store_many(work.call, changes);
}

} // namespace bifrost::workflow
