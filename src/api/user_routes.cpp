#include "access/user.hpp"
#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"

namespace bifrost::api {
namespace {

using http::Method;

Result<http::Response> list(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto request = parameters.list();
    BIFROST_CHECK(parameters.finish());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto page, access::list_users(tx, incoming.actor, request));
        return page_answer(page);
    });
}

Result<http::Response> create(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto made, access::create_user(call, incoming.body));
        return created_answer(made, "/api/v1/users/" + made.id.text());
    });
}

Result<http::Response> get(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found, access::get_user(tx, incoming.actor, incoming.path("id")));
        return entity_answer(found);
    });
}

Result<http::Response> update(Incoming& incoming) {
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto updated,
                       access::update_user(call, incoming.path("id"), incoming.body, revision));
        return entity_answer(updated);
    });
}

Result<http::Response> deactivate(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto changed, access::deactivate_user(call, incoming.path("id")));
        return entity_answer(changed);
    });
}

Result<http::Response> reactivate(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto changed, access::reactivate_user(call, incoming.path("id")));
        return entity_answer(changed);
    });
}

Result<http::Response> sign_in_link(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto link, access::create_sign_in_link(call, incoming.path("id")));
        http::Response response;
        response.status = 201;
        json::ObjectWriter(response.body)
            .member("token", link.token)
            .member("url", "/setup?token=" + link.token)
            .member("expires_at", link.expires_at);
        response.header("Cache-Control", "no-store");
        return response;
    });
}

Result<http::Response> roles(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    std::string list = "[";
    for (const auto& role : access::project_roles()) {
        std::vector<std::string_view> permissions;
        for (std::size_t i = 0; i < role.permissions.size(); ++i)
            if (role.permissions.test(i))
                permissions.push_back(access::permission_name(static_cast<access::Permission>(i)));
        if (list.size() > 1) list += ',';
        json::ObjectWriter(list)
            .member("code", role.code)
            .member("name", role.name)
            .member("permissions", permissions);
    }
    http::Response response;
    json::ObjectWriter(response.body).member("data", json::Raw{list + "]"});
    return response;
}

} // namespace

void add_user_routes(http::Router& router, Context& context) {
    const auto add = [&](Method method, std::string pattern, std::string id, Operation operation,
                         Body body = Body::none) {
        add_operation(router, context, {method, std::move(pattern), std::move(id), body},
                      std::move(operation));
    };
    const std::string one = "/api/v1/users/{id}";
    add(Method::get, "/api/v1/users", "list_users", list);
    add(Method::post, "/api/v1/users", "create_user", create, Body::json);
    add(Method::get, one, "get_user", get);
    add(Method::patch, one, "update_user", update, Body::json);
    add(Method::del, one, "deactivate_user", deactivate);
    add(Method::post, one + "/restore", "restore_user", reactivate);
    add(Method::post, one + "/sign-in-link", "create_sign_in_link", sign_in_link);
    add(Method::get, "/api/v1/roles", "list_roles", roles);
}

} // namespace bifrost::api
