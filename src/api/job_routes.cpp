#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "queue/job_list.hpp"
#include "services/project/project.hpp"

namespace bifrost::api {
namespace {

using access::Permission;
using http::Method;

const std::vector<std::string_view> kStates = {"queued", "running", "done", "failed", "dead", "cancelled"};

/// A job of a project is seen by those who see the project; one of the site by administrators.
Result<queue::Job> get_visible(database::Tx& tx, const access::Actor& actor, const Id& id,
                               Permission permission) {
    BIFROST_ASSIGN(auto job, queue::find_job(tx, id));
    const Error missing{Errc::not_found, "There is no such job."};
    if (!job || !(job->project_id ? actor.may(Permission::job_read, *job->project_id)
                                  : actor.may(Permission::job_read)))
        return missing;
    if (job->project_id)
        BIFROST_CHECK(actor.require(permission, *job->project_id, "job"));
    else
        BIFROST_CHECK(actor.require_site(permission));
    return std::move(*job);
}

Result<http::Response> list(Incoming& incoming) {
    Parameters parameters(incoming.http);
    query::ListRequest request;
    request.limit = parameters.integer("limit", 1, 1000).value_or(100);
    request.cursor = parameters.text("cursor", 4000, 0).value_or("");
    request.count = parameters.boolean("count").value_or(false);
    queue::JobFilter filter;
    filter.states = parameters.texts("state", kStates);
    filter.kinds = parameters.texts("kind");
    const auto project = parameters.text("project", 64);
    BIFROST_CHECK(parameters.finish());
    filter.visible = [&](std::string_view column, database::Params& params) {
        return access::visible_projects(incoming.actor, column, params);
    };
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        if (project) {
            BIFROST_ASSIGN(const auto found, project::get_project(tx, incoming.actor, *project));
            filter.project_id = found.id;
        }
        BIFROST_ASSIGN(const auto page, queue::list_jobs(tx, request, filter));
        return page_answer(page);
    });
}

Result<http::Response> get(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const auto id, incoming.id());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto job, get_visible(tx, incoming.actor, id, Permission::job_read));
        return answer(job);
    });
}

Result<http::Response> change(Incoming& incoming, Result<queue::Job> (*fn)(database::Tx&, const Id&),
                              std::string_view action) {
    BIFROST_ASSIGN(const auto id, incoming.id());
    auto response = write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto before, get_visible(call.tx, call.actor, id, Permission::job_manage));
        BIFROST_ASSIGN(const auto job, fn(call.tx, id));
        call.changes.add({std::string(action), job.project_id, "job", job.id,
                          events::make_patch(json::to_json(before), json::to_json(job))});
        return answer(job);
    });
    if (response) queue::notify_workers();
    return response;
}

Result<http::Response> retry(Incoming& incoming) { return change(incoming, queue::retry_job, "job.retried"); }
Result<http::Response> cancel(Incoming& incoming) {
    return change(incoming, queue::cancel_job, "job.cancelled");
}

Result<http::Response> queues(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    BIFROST_CHECK(incoming.actor.require_site(Permission::job_manage));
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto depths, queue::queue_depths(tx));
        return data_answer(depths);
    });
}

} // namespace

void add_job_routes(http::Router& router, Context& context) {
    const auto add = [&](Method method, std::string pattern, std::string id, Operation operation) {
        add_operation(router, context, {method, std::move(pattern), std::move(id)}, std::move(operation));
    };
    add(Method::get, "/api/v1/jobs", "list_jobs", list);
    add(Method::get, "/api/v1/jobs/{id}", "get_job", get);
    add(Method::post, "/api/v1/jobs/{id}/retry", "retry_job", retry);
    add(Method::post, "/api/v1/jobs/{id}/cancel", "cancel_job", cancel);
    add(Method::get, "/api/v1/queues", "list_queues", queues);
}

} // namespace bifrost::api
