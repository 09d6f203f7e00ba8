#pragma once
// Which workflow holds for which entities, and where those go whose state is no more. Private to the room.

#include "services/workflow/save.hpp"

namespace bifrost::workflow {

/// The workflow out of these that holds: the project's own before the site's, one for the type before one for
/// all.
const Workflow* find_applied(const std::vector<Workflow>& workflows, const Id& project_id,
                             const std::optional<std::string>& type);

/// Some entities of one project and type in one state, and where they go.
struct Remap {
    Id project_id;
    std::optional<std::string> type;
    std::string from;
    const State* to = nullptr;
    std::int64_t count = 0;
};

/// What has to move when these are the workflows of the kind. conflict with the member "unmapped" when `map`
/// doesn't say where to. `workflows` must outlive the outcome.
Result<std::vector<Remap>> plan_remap(database::Tx& tx, std::string_view kind,
                                      const std::vector<Workflow>& workflows,
                                      const std::map<std::string, std::string>& map);
/// Moves them, one event each.
Result<> run_remap(access::Call& call, std::string_view kind, const std::vector<Remap>& plan);

} // namespace bifrost::workflow
