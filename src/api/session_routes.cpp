#include "access/api_token.hpp"
#include "api/answer.hpp"
#include "api/credentials.hpp"
#include "api/operation.hpp"
#include "api/rate_limit.hpp"
#include "api/routes.hpp"

namespace bifrost::api {
namespace {

using http::Method;

http::Response signed_in_answer(const Incoming& incoming, const access::SignedIn& signed_in) {
    http::Response response;
    {
        json::ObjectWriter object(response.body);
        object.member("access_token", signed_in.access_token)
            .member("expires_at", signed_in.expires_at)
            .member("csrf_token", signed_in.csrf_token)
            .member("user", signed_in.user);
    }
    response.header("Cache-Control", "no-store");
    set_session_cookies(incoming, response, signed_in);
    return response;
}

Result<http::Response> login(Incoming& incoming) {
    json::Reader reader(incoming.body);
    access::SignInRequest request;
    auto by_login = reader.optional_text("login", {1, 320});
    auto by_email = reader.optional_text("email", {1, 320});
    if (!by_login && !by_email && !reader.failed()) reader.add_error("login", "is required");
    request.login = by_login ? *by_login : by_email.value_or("");
    request.password = reader.text("password", {1, 1024, true});
    reader.optional_text("code", {0, 20}); // of a second factor; no account of this release has one
    BIFROST_CHECK(reader.finish());
    if (incoming.context.rate_limit != nullptr)
        BIFROST_CHECK(incoming.context.rate_limit->sign_in(incoming.http.remote_address, request.login));
    request.user_agent = incoming.http.header("user-agent").value_or("");
    request.request_id = incoming.http.request_id;
    BIFROST_ASSIGN(const auto signed_in, access::sign_in(incoming.context.database, request));
    return signed_in_answer(incoming, signed_in);
}

Result<http::Response> set_up(Incoming& incoming) {
    json::Reader reader(incoming.body);
    const auto token = reader.text("token", {1, 200});
    const auto password = reader.text("password", {10, 1000, true});
    BIFROST_CHECK(reader.finish());
    BIFROST_ASSIGN(const auto signed_in,
                   access::redeem_link(incoming.context.database, token, password,
                                       std::string(incoming.http.header("user-agent").value_or("")),
                                       incoming.http.request_id));
    return signed_in_answer(incoming, signed_in);
}

Result<http::Response> change_password(Incoming& incoming) {
    json::Reader reader(incoming.body);
    access::PasswordChange change;
    change.current = reader.text("current_password", {1, 1024, true});
    change.next = reader.text("password", {10, 1000, true});
    BIFROST_CHECK(reader.finish());
    change.user_agent = incoming.http.header("user-agent").value_or("");
    BIFROST_ASSIGN(const auto signed_in,
                   access::change_password(incoming.context.database, incoming.actor, change));
    return signed_in_answer(incoming, signed_in);
}

Result<http::Response> refresh(Incoming& incoming) {
    BIFROST_ASSIGN(const auto signed_in, access::refresh_session(incoming.context.database, incoming.actor));
    return signed_in_answer(incoming, signed_in);
}

Result<http::Response> logout(Incoming& incoming) {
    BIFROST_CHECK(access::sign_out(incoming.context.database, incoming.actor));
    http::Response response = no_content();
    clear_session_cookies(incoming, response);
    return response;
}

std::vector<std::string> names_of(const access::Permissions& permissions) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < permissions.size(); ++i)
        if (permissions.test(i))
            names.emplace_back(access::permission_name(static_cast<access::Permission>(i)));
    return names;
}

access::Permissions site_wide(const access::Actor& actor) {
    access::Permissions permissions;
    for (std::size_t i = 0; i < permissions.size(); ++i)
        permissions.set(i, actor.may(static_cast<access::Permission>(i)));
    return permissions;
}

/// What the actor may do, by project.
std::string permissions_json(const access::Actor& actor) {
    std::string projects;
    {
        json::ObjectWriter by_project(projects);
        if (actor.memberships)
            for (const auto& [project_id, role] : *actor.memberships) {
                std::string one;
                json::ObjectWriter(one)
                    .member("role", role)
                    .member("permissions", names_of(access::role_permissions(role) & actor.scope));
                by_project.member(project_id.text(), json::Raw{one});
            }
    }
    std::string out;
    json::ObjectWriter(out)
        .member("site", names_of(site_wide(actor)))
        .member("projects", json::Raw{projects});
    return out;
}

Result<http::Response> get_me(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto user, access::get_user(tx, incoming.actor, incoming.actor.user_id.text()));
        http::Response response;
        json::ObjectWriter(response.body)
            .member("user", user)
            .member("via", incoming.actor.token_id ? "api_token" : "session")
            .member("expires_at", incoming.actor.expires_at)
            .member("permissions", json::Raw{permissions_json(incoming.actor)});
        return response;
    });
}

Result<http::Response> list_tokens(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto tokens, access::list_api_tokens(tx, incoming.actor));
        return data_answer(tokens);
    });
}

Result<http::Response> create_token(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto made, access::create_api_token(call, incoming.body));
        http::Response response = answer(made, 201);
        response.header("Location", "/api/v1/api-tokens/" + made.id.text())
            .header("Cache-Control", "no-store");
        return response;
    });
}

Result<http::Response> delete_token(Incoming& incoming) {
    BIFROST_ASSIGN(const auto id, incoming.id());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto revoked, access::revoke_api_token(call, id));
        return answer(revoked);
    });
}

} // namespace

void add_session_routes(http::Router& router, Context& context) {
    const std::string auth = "/api/v1/auth/";
    add_operation(router, context,
                  {Method::post, auth + "login", "login", Body::json, SignIn::none, http::Lane::password},
                  login);
    add_operation(router, context,
                  {Method::post, auth + "setup", "set_up", Body::json, SignIn::none, http::Lane::password},
                  set_up);
    OperationSpec password{Method::post, auth + "password", "change_password", Body::json};
    password.lane = http::Lane::password;
    add_operation(router, context, std::move(password), change_password);
    add_operation(router, context, {Method::post, auth + "refresh", "refresh"}, refresh);
    add_operation(router, context, {Method::post, auth + "logout", "logout"}, logout);
    add_operation(router, context, {Method::get, "/api/v1/me", "get_me"}, get_me);
    add_operation(router, context, {Method::get, "/api/v1/api-tokens", "list_api_tokens"}, list_tokens);
    add_operation(router, context, {Method::post, "/api/v1/api-tokens", "create_api_token", Body::json},
                  create_token);
    add_operation(router, context, {Method::del, "/api/v1/api-tokens/{id}", "delete_api_token"},
                  delete_token);
}

} // namespace bifrost::api
