#include "api/entity_operations.hpp"
#include "api/routes.hpp"
#include "services/comment/comment.hpp"
#include "services/notification/notification.hpp"

namespace bifrost::api {
namespace {

using http::Method;

Result<http::Response> list(Incoming& incoming) {
    Parameters parameters(incoming.http);
    query::ListRequest request;
    request.limit = parameters.integer("limit", 1, 1000).value_or(100);
    request.cursor = parameters.text("cursor", 4000, 0).value_or("");
    const auto entity = parameters.id("entity_id");
    if (!entity) parameters.add_error("entity_id", "is required: the entity whose comments are asked for");
    const auto resolved = parameters.boolean("resolved");
    BIFROST_CHECK(parameters.finish());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto page,
                       comment::list_comments(tx, incoming.actor, *entity, request, resolved));
        return page_answer(page);
    });
}

Result<http::Response> create(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto made, comment::create_comment(call, incoming.body));
        return created_answer(made, "/api/v1/comments/" + made.id.text());
    });
}

template <auto service>
Result<http::Response> act(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto changed, service(call, id, incoming.body));
        return entity_answer(changed);
    });
}

Result<http::Response> remove_reaction(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto changed, comment::remove_reaction(call, id, incoming.path("emoji")));
        return entity_answer(changed);
    });
}

Result<http::Response> list_notifications(Incoming& incoming) {
    Parameters parameters(incoming.http);
    query::ListRequest request;
    request.limit = parameters.integer("limit", 1, 1000).value_or(100);
    request.cursor = parameters.text("cursor", 4000, 0).value_or("");
    request.count = parameters.boolean("count").value_or(false);
    const bool unread = parameters.boolean("unread").value_or(false);
    BIFROST_CHECK(parameters.finish());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto page,
                       notification::list_notifications(tx, incoming.actor, request, unread));
        return page_answer(page);
    });
}

Result<http::Response> mark_read(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto count, notification::mark_read(call, incoming.body));
        http::Response response;
        json::ObjectWriter(response.body).member("changed", count);
        return response;
    });
}

Result<http::Response> get_rules(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto rules, notification::get_rules(tx, incoming.actor));
        return answer(rules);
    });
}

Result<http::Response> update_rules(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto rules, notification::update_rules(call, incoming.body));
        return answer(rules);
    });
}

} // namespace

void add_comment_routes(http::Router& router, Context& context) {
    const auto add = [&](Method method, std::string pattern, std::string id, Operation operation,
                         Body body = Body::none) {
        add_operation(router, context, {method, std::move(pattern), std::move(id), body},
                      std::move(operation));
    };
    add(Method::get, "/api/v1/comments", "list_comments", list);
    add(Method::post, "/api/v1/comments", "create_comment", create, Body::json);
    const std::string one = "/api/v1/comments/{id}";
    add(Method::get, one, "get_comment", get_entity<comment::get_comment>);
    add(Method::patch, one, "update_comment", update_entity<comment::update_comment>, Body::json);
    add(Method::del, one, "remove_comment", put_away_or_back<comment::remove_comment>);
    add(Method::post, one + "/checks", "check_comment_item", act<comment::check_item>, Body::json);
    add(Method::post, one + "/reactions", "add_reaction", act<comment::add_reaction>, Body::json);
    add(Method::del, one + "/reactions/{emoji}", "remove_reaction", remove_reaction);
    add(Method::get, "/api/v1/me/notifications", "list_notifications", list_notifications);
    add(Method::post, "/api/v1/me/notifications/read", "mark_notifications_read", mark_read, Body::json);
    add(Method::get, "/api/v1/me/notification-rules", "get_notification_rules", get_rules);
    add(Method::patch, "/api/v1/me/notification-rules", "update_notification_rules", update_rules,
        Body::json);
}

} // namespace bifrost::api
