// The shared file system: making folders, scans, and what is done about what they find.

#include <charconv>

#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "services/folder/create.hpp"
#include "services/folder/reconcile.hpp"
#include "services/folder/scan.hpp"

namespace bifrost::api {
namespace {

using http::Method;

Result<http::Response> create(Incoming& incoming) {
    BIFROST_ASSIGN(const auto request, folder::read_create_request(incoming.body));
    BIFROST_ASSIGN(const auto made,
                   folder::create_folders(incoming.context.database, incoming.actor, incoming.path("project"),
                                          request, incoming.context.settings.projects_root));
    http::Response response;
    response.body += "{\"data\":[";
    bool first = true;
    for (const auto& one : made) {
        if (!first) response.body += ',';
        first = false;
        json::ObjectWriter object(response.body);
        object.member("entity_id", one.entity_id).member("data_type", one.data_type);
        if (one.error.empty())
            object.member("path", one.path).member("made", one.made);
        else
            object.member("error", one.error);
    }
    response.body += "]}";
    return response;
}

Result<http::Response> scan(Incoming& incoming) {
    auto response = write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto asked, folder::request_scan(call, incoming.path("project"), incoming.body));
        http::Response accepted = answer(asked, 202);
        accepted.header("Location",
                        "/api/v1/projects/" + asked.project_id.text() + "/folders/scan/" + asked.id.text());
        return accepted;
    });
    if (response) queue::notify_workers();
    return response;
}

Result<http::Response> list_scans(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto scans, folder::list_scans(tx, incoming.actor, incoming.path("project")));
        return data_answer(scans);
    });
}

Result<http::Response> get_scan(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto state =
        parameters.choice("state", {"missing", "unknown", "changed", "wrong_place", "unreadable"});
    const auto limit = parameters.integer("limit", 1, 1000).value_or(100);
    std::int64_t after = 0;
    if (const auto cursor = parameters.text("cursor", 20)) {
        const auto end = std::from_chars(cursor->data(), cursor->data() + cursor->size(), after);
        if (end.ptr != cursor->data() + cursor->size())
            parameters.add_error("cursor", "is none of this list");
    }
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found, folder::get_scan(tx, incoming.actor, incoming.path("project"), id));
        BIFROST_ASSIGN(const auto page, folder::list_findings(tx, found, state.value_or(""), after, limit));
        http::Response response;
        {
            json::ObjectWriter object(response.body);
            object.members_of(found);
            if (found.job_id) {
                BIFROST_ASSIGN(const auto job, queue::find_job(tx, *found.job_id));
                object.member("state", found.finished_at ? std::string("done")
                                       : job             ? job->state
                                                         : std::string("dead"));
                object.member("progress", found.finished_at ? 1.0 : job ? job->progress : 0.0);
            }
            object.member("data", page.data).member("next_cursor", page.next_cursor);
        }
        return response;
    });
}

Result<http::Response> reconcile(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    auto response = write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto plan, folder::reconcile(call, incoming.path("project"), id, incoming.body));
        return answer(plan, plan.job_id ? 202 : 200);
    });
    if (response) queue::notify_workers();
    return response;
}

Result<http::Response> list_fixes(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto fixes,
                       folder::list_fixes(tx, incoming.actor, incoming.path("project"), id));
        return data_answer(fixes);
    });
}

Result<http::Response> list_aside(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto limit = parameters.integer("limit", 1, 1000).value_or(100);
    const std::string cursor = parameters.text("cursor", 36).value_or("");
    if (!cursor.empty() && !Id::parse(cursor)) parameters.add_error("cursor", "is none of this list");
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(auto page, incoming.context.database.read([&](database::Tx& tx) {
        return folder::list_aside(tx, incoming.actor, incoming.path("project"), cursor, limit);
    }));
    folder::look_at_aside(page, incoming.context.settings.projects_root);
    return answer(page);
}

Result<http::Response> undo(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto fix,
                   folder::undo_fix(incoming.context.database, incoming.actor, incoming.path("project"), id,
                                    incoming.context.settings.projects_root));
    return answer(fix);
}

} // namespace

void add_folder_disk_routes(http::Router& router, Context& context) {
    const std::string folders = "/api/v1/projects/{project}/folders";
    const auto add = [&](Method method, std::string name, std::string id, Operation operation,
                         Body body = Body::none, http::Lane lane = http::Lane::fast) {
        OperationSpec spec{method, folders + std::move(name), std::move(id), body};
        spec.lane = lane;
        add_operation(router, context, std::move(spec), std::move(operation));
    };
    add(Method::post, "/create", "create_folders", create, Body::json, http::Lane::file);
    add(Method::get, "/scan", "list_folder_scans", list_scans);
    add(Method::post, "/scan", "scan_folders", scan, Body::json);
    add(Method::get, "/scan/{id}", "get_folder_scan", get_scan);
    add(Method::post, "/scan/{id}/reconcile", "reconcile_folders", reconcile, Body::json, http::Lane::slow);
    add(Method::get, "/scan/{id}/fixes", "list_folder_fixes", list_fixes);
    {
        OperationSpec spec{Method::get, folders + "/aside", "list_folder_aside"};
        spec.lane = http::Lane::file;
        add_operation(router, context, std::move(spec), list_aside);
    }
    add(Method::post, "/fixes/{id}/undo", "undo_folder_fix", undo, Body::none, http::Lane::file);
}

} // namespace bifrost::api
