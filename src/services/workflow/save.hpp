#pragma once
// Making and changing workflows. What can't work is refused when it is saved, and nothing is left in a state
// that isn't there any more.

#include <map>

#include "services/workflow/workflow.hpp"

namespace bifrost::workflow {

/// Entities that go to another state because theirs is no more.
struct Moved {
    std::string from;
    std::string to;
    std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(Moved, (), (from, to, count))

struct SavedWorkflow {
    Workflow workflow;
    std::vector<Moved> moved;
    bool dry_run = false;
};
BOOST_DESCRIBE_STRUCT(SavedWorkflow, (), (workflow, moved, dry_run))

/// `body`: {project_id?, code, name, entity_kind, asset_type?, task_type?, initial_state, states,
/// transitions, map?, dry_run?}; without `project_id` for the whole site, which administrators may; in a
/// project it takes workflow:manage. invalid when a state can't be reached or can't get to an end (a state
/// that is done or retired). conflict when there is one for the same kind and type, and, with the member
/// "unmapped" [{status, count}], when entities are in states that the workflow doesn't have and `map` doesn't
/// say where they go. Adds "workflow.created" and for each entity that moves "<kind>.transitioned".
Result<SavedWorkflow> create_workflow(access::Call& call, const boost::json::value& body);
/// The whole workflow anew; project, kind and types stay. Adds "workflow.updated".
Result<SavedWorkflow> replace_workflow(access::Call& call, const Id& id, const boost::json::value& body,
                                       std::int64_t if_revision);
/// The entities go by the workflow that holds then: conflict when there is none, or when it lacks a state
/// that is in use. Adds "workflow.deleted".
Result<> delete_workflow(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision);

/// What is wrong with a workflow, each with a pointer; the structure only, no database. Shared with tests.
std::vector<FieldError> find_faults(const Workflow& workflow);

} // namespace bifrost::workflow
