// Lists of tasks: a project's, and everybody's own.

#include "core/text.hpp"
#include "services/project/project.hpp"
#include "services/task/task.hpp"
#include "services/task/task_write.hpp"

namespace bifrost::task {
namespace {

constexpr std::string_view kColumns =
    "select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, "
    "e.archived_at, t.project_id, t.entity_id, oe.kind, coalesce(ge.code || '/', '') || "
    "coalesce(pe.code || '/', '') || oe.code, t.task_type_id, y.code, d.code, t.name, t.description, "
    "t.status, case t.priority when 0 then 'low' when 1 then 'normal' when 2 then 'high' else "
    "'urgent' end, t.start_date, t.due_date, t.bid_minutes, t.logged_minutes, t.retakes, t.closed_at, "
    "t.assignees, '[]'";
constexpr std::string_view kFrom =
    "from task t join entity e on e.id = t.id join entity oe on oe.id = t.entity_id join task_type y "
    "on y.id = t.task_type_id left join department d on d.id = y.department_id left join entity pe on "
    "pe.id = oe.parent_id and pe.kind <> 'project' left join entity ge on ge.id = pe.parent_id and "
    "ge.kind <> 'project'";

query::ListQuery make_list() {
    return query::ListQuery(kColumns, kFrom, "t.id",
                            {{"due_date", "coalesce(t.due_date, '9999-12-31')"},
                             {"start_date", "coalesce(t.start_date, '9999-12-31')"},
                             {"priority", "t.priority", true},
                             {"status", "t.status"},
                             {"type", "y.code"},
                             {"name", "t.name_key"},
                             {"entity", "oe.code"},
                             {"created_at", "e.created_at", true},
                             {"updated_at", "e.updated_at", true}},
                            "due_date");
}

void any_of(query::ListQuery& list, std::string_view column, const std::vector<std::string>& values) {
    if (values.empty()) return;
    std::string marks;
    database::Params params;
    for (const auto& value : values) {
        marks += marks.empty() ? "?" : ", ?";
        params.push_back(database::to_value(fold_case(value)));
    }
    list.where(std::string(column) + " in (" + marks + ")", params);
}

void words(query::ListQuery& list, std::string_view text) {
    const std::string folded = fold_case(text);
    for (std::size_t at = 0; at < folded.size();) {
        const std::size_t end = std::min(folded.find_first_of(" \t\n\r", at), folded.size());
        if (end > at) {
            const std::string like = "%" + escape_like(folded.substr(at, end - at)) + "%";
            list.where(
                "t.name_key like ? escape '\\' or oe.code like ? escape '\\' or y.code like ? escape '\\' "
                "or coalesce(pe.code, '') like ? escape '\\'",
                database::make_params(like, like, like, like));
        }
        at = end + 1;
    }
}

void assigned_to(query::ListQuery& list, const access::Actor& actor, const std::string& assignee) {
    if (assignee.empty()) return;
    if (assignee == "none") {
        list.where("not exists (select 1 from task_assignee x where x.task_id = t.id)");
        return;
    }
    const std::string who = assignee == "me" ? actor.user_id.text() : assignee;
    list.where("exists (select 1 from task_assignee x join user_account u on u.id = x.user_id "
               "where x.task_id = t.id and (u.code = ? or cast(u.id as text) = ?))",
               database::make_params(fold_case(who), fold_case(who)));
}

void narrow(query::ListQuery& list, const access::Actor& actor, const query::ListRequest& request,
            const TaskFilter& filter) {
    if (request.archived == query::Archived::exclude)
        list.where("e.archived_at is null and oe.archived_at is null");
    if (request.archived == query::Archived::only) list.where("e.archived_at is not null");
    if (filter.entity_id) list.where("t.entity_id = ?", database::make_params(*filter.entity_id));
    any_of(list, "y.code", filter.types);
    any_of(list, "coalesce(d.code, '')", filter.departments);
    any_of(list, "t.status", filter.statuses);
    if (!filter.priorities.empty()) {
        std::string numbers;
        for (const auto& name : filter.priorities)
            numbers += (numbers.empty() ? "" : ", ") + std::to_string(priority_number(name));
        list.where("t.priority in (" + numbers + ")");
    }
    if (!filter.due_before.empty()) list.where("t.due_date < ?", database::make_params(filter.due_before));
    if (filter.open) list.where(*filter.open ? "t.closed_at is null" : "t.closed_at is not null");
    assigned_to(list, actor, filter.assignee);
    words(list, request.q);
}

Result<query::Page<Task>> run(query::ListQuery& list, database::Tx& tx, const query::ListRequest& request) {
    BIFROST_ASSIGN(auto page, list.page<Task>(tx, request));
    BIFROST_CHECK(read_dependencies(tx, page.data));
    return page;
}

} // namespace

Result<query::Page<Task>> list_tasks(database::Tx& tx, const access::Actor& actor, std::string_view project,
                                     const query::ListRequest& request, const TaskFilter& filter) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
    auto list = make_list();
    list.where("t.project_id = ?", database::make_params(found.id));
    narrow(list, actor, request, filter);
    return run(list, tx, request);
}

Result<query::Page<Task>> list_my_tasks(database::Tx& tx, const access::Actor& actor,
                                        const query::ListRequest& request, const TaskFilter& filter) {
    auto list = make_list();
    list.where_numbered(access::visible_projects(actor, "t.project_id", list.params()));
    list.where("t.id in (select task_id from task_assignee where user_id = ?)",
               database::make_params(actor.user_id));
    narrow(list, actor, request, filter);
    return run(list, tx, request);
}

} // namespace bifrost::task
