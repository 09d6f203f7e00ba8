#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "services/project/project.hpp"

namespace bifrost::api {
namespace {

using http::Method;

Result<http::Response> list(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto request = parameters.list();
    BIFROST_CHECK(parameters.finish());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto page, project::list_projects(tx, incoming.actor, request));
        return page_answer(page);
    });
}

Result<http::Response> create(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto made, project::create_project(call, incoming.body));
        return created_answer(made, "/api/v1/projects/" + made.id.text());
    });
}

Result<http::Response> get(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found, project::get_project(tx, incoming.actor, incoming.path("project")));
        return entity_answer(found);
    });
}

Result<http::Response> update(Incoming& incoming) {
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto updated,
                       project::update_project(call, incoming.path("project"), incoming.body, revision));
        return entity_answer(updated);
    });
}

Result<http::Response> archive(Incoming& incoming) {
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto archived,
                       project::archive_project(call, incoming.path("project"), revision));
        return entity_answer(archived);
    });
}

Result<http::Response> restore(Incoming& incoming) {
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto restored,
                       project::restore_project(call, incoming.path("project"), revision));
        return entity_answer(restored);
    });
}

Result<http::Response> purge(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_CHECK(project::purge_project(call, incoming.path("project")));
        return no_content();
    });
}

Result<http::Response> stats(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto counted,
                       project::project_stats(tx, incoming.actor, incoming.path("project")));
        return answer(counted);
    });
}

Result<http::Response> members(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found, project::list_members(tx, incoming.actor, incoming.path("project")));
        return data_answer(found);
    });
}

/// A change of members holds in this process from the answer on; the others hear of it by the log.
Result<http::Response> members_changed(Incoming& incoming, Result<http::Response> response) {
    if (response) incoming.context.authenticator.forget();
    return response;
}

Result<http::Response> put_member(Incoming& incoming) {
    auto response = write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto member, project::put_member(call, incoming.path("project"),
                                                              incoming.path("user"), incoming.body));
        return answer(member);
    });
    return members_changed(incoming, std::move(response));
}

Result<http::Response> remove_member(Incoming& incoming) {
    auto response = write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_CHECK(project::remove_member(call, incoming.path("project"), incoming.path("user")));
        return no_content();
    });
    return members_changed(incoming, std::move(response));
}

} // namespace

void add_project_routes(http::Router& router, Context& context) {
    const auto add = [&](Method method, std::string pattern, std::string id, Operation operation,
                         Body body = Body::none) {
        add_operation(router, context, {method, std::move(pattern), std::move(id), body},
                      std::move(operation));
    };
    const std::string one = "/api/v1/projects/{project}";
    add(Method::get, "/api/v1/projects", "list_projects", list);
    add(Method::post, "/api/v1/projects", "create_project", create, Body::json);
    add(Method::get, one, "get_project", get);
    add(Method::patch, one, "update_project", update, Body::json);
    add(Method::del, one, "archive_project", archive);
    add(Method::post, one + "/restore", "restore_project", restore);
    add(Method::post, one + "/purge", "purge_project", purge);
    add(Method::get, one + "/stats", "get_project_stats", stats);
    add(Method::get, one + "/members", "list_members", members);
    add(Method::put, one + "/members/{user}", "put_member", put_member, Body::json);
    add(Method::del, one + "/members/{user}", "remove_member", remove_member);
}

} // namespace bifrost::api
