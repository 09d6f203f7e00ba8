#include "api/entity_operations.hpp"
#include "api/routes.hpp"
#include "services/task/schedule.hpp"
#include "services/task/task.hpp"
#include "services/task/time_log.hpp"

namespace bifrost::api {
namespace {

using http::Method;

task::TaskFilter read_filter(Parameters& parameters) {
    task::TaskFilter filter;
    filter.entity_id = parameters.id("entity_id");
    filter.types = parameters.texts("type");
    filter.departments = parameters.texts("department");
    filter.statuses = parameters.texts("status");
    filter.priorities = parameters.texts("priority", {"low", "normal", "high", "urgent"});
    filter.due_before = parameters.text("due_before", 10, 10).value_or("");
    filter.open = parameters.boolean("open");
    return filter;
}

Result<http::Response> list(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto request = parameters.list();
    auto filter = read_filter(parameters);
    filter.assignee = parameters.text("assignee", 64).value_or("");
    BIFROST_CHECK(parameters.finish());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto page,
                       task::list_tasks(tx, incoming.actor, incoming.path("project"), request, filter));
        return page_answer(page);
    });
}

Result<http::Response> list_mine(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto request = parameters.list();
    const auto filter = read_filter(parameters);
    BIFROST_CHECK(parameters.finish());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto page, task::list_my_tasks(tx, incoming.actor, request, filter));
        return page_answer(page);
    });
}

Result<http::Response> create_many(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto made,
                       task::create_from_template(call, incoming.path("project"), incoming.body));
        return answer(made, 201);
    });
}

Result<http::Response> reschedule(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto moved, task::reschedule(call, incoming.path("project"), incoming.body));
        return answer(moved);
    });
}

Result<http::Response> list_time(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto logs, task::list_time_logs(tx, incoming.actor, id));
        return data_answer(logs);
    });
}

Result<http::Response> list_my_time(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto from = parameters.text("from", 10, 10);
    const auto to = parameters.text("to", 10, 10);
    if (!from) parameters.add_error("from", "is required");
    if (!to) parameters.add_error("to", "is required");
    BIFROST_CHECK(parameters.finish());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto logs, task::list_my_time_logs(tx, incoming.actor, *from, *to));
        return data_answer(logs);
    });
}

Result<http::Response> log_time(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto log, task::create_time_log(call, id, incoming.body));
        return created_answer(log, "/api/v1/time-logs/" + log.id.text());
    });
}

Result<http::Response> delete_time(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_CHECK(task::delete_time_log(call, id));
        return no_content();
    });
}

} // namespace

void add_task_routes(http::Router& router, Context& context) {
    add_entity_operations<list, task::get_task, task::create_task, task::update_task, task::archive_task,
                          task::restore_task, task::purge_task>(router, context, "task");
    const auto add = [&](Method method, std::string pattern, std::string id, Operation operation,
                         Body body = Body::none) {
        add_operation(router, context, {method, std::move(pattern), std::move(id), body},
                      std::move(operation));
    };
    add(Method::get, "/api/v1/me/tasks", "list_my_tasks", list_mine);
    add(Method::get, "/api/v1/me/time-logs", "list_my_time_logs", list_my_time);
    const std::string all = "/api/v1/projects/{project}/tasks";
    OperationSpec many{Method::post, all + "/from-template", "create_tasks_from_template", Body::json};
    many.lane = http::Lane::slow;
    add_operation(router, context, std::move(many), create_many);
    OperationSpec dates{Method::post, all + "/reschedule", "reschedule_tasks", Body::json};
    dates.lane = http::Lane::slow;
    add_operation(router, context, std::move(dates), reschedule);
    add(Method::get, "/api/v1/tasks/{id}/time-logs", "list_time_logs", list_time);
    add(Method::post, "/api/v1/tasks/{id}/time-logs", "create_time_log", log_time, Body::json);
    add(Method::patch, "/api/v1/time-logs/{id}", "update_time_log", update_entity<task::update_time_log>,
        Body::json);
    add(Method::del, "/api/v1/time-logs/{id}", "delete_time_log", delete_time);
}

} // namespace bifrost::api
