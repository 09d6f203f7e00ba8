#pragma once
// The same values for many tasks.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/task/task.hpp"

namespace bifrost::task {

struct BulkSet {
    std::optional<std::string> description;
    std::optional<std::string> priority;
    std::optional<std::optional<std::string>> start_date; ///< set to nothing: removes it
    std::optional<std::optional<std::string>> due_date;
    std::optional<std::int64_t> shift_days; ///< of both dates, after they were set
    std::optional<std::optional<std::int64_t>> bid_minutes;
    std::optional<std::vector<Id>> assignees; ///< first, then those removed, then those added
    std::vector<Id> assignees_removed;
    std::vector<Id> assignees_added;
    const boost::json::value* metadata = nullptr;
};

/// Reads and checks {description?, priority?, start_date?, due_date?, shift_days?, bid_minutes?, assignees?
/// {set?, remove?, add?}, metadata?}: invalid below "/set". `set` must outlive the outcome.
Result<BulkSet> read_bulk_set(database::Tx& tx, const Id& project_id, const boost::json::value& set);
/// Those of the ids that are tasks of the project, in the order of their ids, rows locked.
Result<std::vector<Task>> lock_tasks(database::Tx& tx, const Id& project_id, const std::vector<Id>& ids);
/// Changes the task; a sentence when it can't be changed so.
std::string apply(const BulkSet& set, Task& task);
/// The event's patch; empty when nothing differs.
std::string patch_of(const Task& before, const Task& after);
/// Writes the rows; events and conflicts are the caller's.
Result<> store_many(access::Call& call, const std::vector<std::pair<Task, Task>>& changes);

} // namespace bifrost::task
