// Reading workflows.

#include "services/workflow/workflow.hpp"

#include "core/json_writer.hpp"
#include "services/project/project.hpp"
#include "services/workflow/workflow.sql.hpp"

namespace bifrost::workflow {
namespace {

Workflow read_workflow(const database::Row& row) {
    Workflow workflow;
    workflow.id = row.id(0);
    workflow.project_id = row.get<std::optional<Id>>(1);
    workflow.code = row.text(2);
    workflow.name = row.text(3);
    workflow.entity_kind = row.text(4);
    workflow.asset_type = row.get<std::optional<std::string>>(5);
    workflow.task_type = row.get<std::optional<std::string>>(6);
    workflow.initial_state = row.text(7);
    workflow.revision = row.integer(8);
    return workflow;
}

/// A site has a handful of workflows: their parts are read whole.
Result<> read_parts(database::Tx& tx, std::vector<Workflow>& workflows) {
    BIFROST_ASSIGN(const auto states, tx.query(sql::list_states));
    BIFROST_ASSIGN(const auto moves, tx.query(sql::list_moves));
    for (auto& workflow : workflows) {
        for (const auto row : states)
            if (row.id(0) == workflow.id) workflow.states.push_back(row.as<State>(1));
        for (const auto row : moves)
            if (row.id(0) == workflow.id) workflow.transitions.push_back(row.as<Move>(1));
    }
    return {};
}

} // namespace

Result<std::vector<Workflow>> list_workflows(database::Tx& tx, const access::Actor& actor,
                                             std::string_view project, std::string_view kind) {
    database::Params params;
    std::string sql = "select id, project_id, code, name, entity_kind, asset_type, task_type, initial_state, "
                      "revision from workflow where (project_id is null or ";
    if (project.empty()) {
        sql += access::visible_projects(actor, "project_id", params);
    } else {
        BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
        params.push_back(database::to_value(found.id));
        sql += "project_id = $1";
    }
    sql += ")";
    if (!kind.empty()) {
        params.push_back(database::to_value(kind));
        sql += " and entity_kind = $" + std::to_string(params.size());
    }
    sql += " order by entity_kind, code, id";
    BIFROST_ASSIGN(const auto rows, tx.query_text(sql, params));
    std::vector<Workflow> workflows;
    for (const auto row : rows) workflows.push_back(read_workflow(row));
    BIFROST_CHECK(read_parts(tx, workflows));
    return workflows;
}

Result<std::vector<Workflow>> list_kind(database::Tx& tx, std::string_view kind) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_workflows_of_kind, kind));
    std::vector<Workflow> workflows;
    for (const auto row : rows) workflows.push_back(read_workflow(row));
    BIFROST_CHECK(read_parts(tx, workflows));
    return workflows;
}

Result<Workflow> get_workflow(database::Tx& tx, const access::Actor& actor, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_workflow, id));
    if (rows.empty()) return Error{Errc::not_found, "There is no such workflow."};
    std::vector<Workflow> workflows = {read_workflow(rows[0])};
    if (workflows[0].project_id)
        BIFROST_CHECK(actor.require(access::Permission::project_read, *workflows[0].project_id, "workflow"));
    BIFROST_CHECK(read_parts(tx, workflows));
    return std::move(workflows[0]);
}

} // namespace bifrost::workflow
