#include "api/entity_operations.hpp"
#include "api/routes.hpp"
#include "services/webhook/delivery.hpp"

namespace bifrost::api {
namespace {

using http::Method;

Result<const outbound::Outside*> outside_of(const Incoming& incoming) {
    if (incoming.context.outside) return incoming.context.outside.get();
    return Error{Errc::internal, "This process doesn't know what it may call."};
}

query::ListRequest read_page(Parameters& parameters) {
    query::ListRequest request;
    request.limit = parameters.integer("limit", 1, 1000).value_or(100);
    request.cursor = parameters.text("cursor", 4000, 0).value_or("");
    request.count = parameters.boolean("count").value_or(false);
    return request;
}

Result<http::Response> list(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto request = read_page(parameters);
    const auto project = parameters.text("project", 64).value_or("");
    BIFROST_CHECK(parameters.finish());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto page, webhook::list_webhooks(tx, incoming.actor, request, project));
        return page_answer(page);
    });
}

/// A secret is shown once, and kept by nobody on the way.
http::Response with_secret(const webhook::NewWebhook& made, int status) {
    http::Response response = entity_answer(made);
    response.status = status;
    response.header("Cache-Control", "no-store");
    return response;
}

Result<http::Response> create(Incoming& incoming) {
    BIFROST_ASSIGN(const auto* outside, outside_of(incoming));
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto made, webhook::create_webhook(call, *outside, incoming.body));
        auto response = with_secret(made, 201);
        response.header("Location", "/api/v1/webhooks/" + made.id.text());
        return response;
    });
}

Result<http::Response> update(Incoming& incoming) {
    BIFROST_ASSIGN(const auto* outside, outside_of(incoming));
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto updated,
                       webhook::update_webhook(call, *outside, id, incoming.body, revision));
        return entity_answer(updated);
    });
}

Result<http::Response> remove(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_CHECK(webhook::delete_webhook(call, id, revision));
        return no_content();
    });
}

Result<http::Response> rotate(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto made, webhook::rotate_secret(call, id, incoming.body));
        return with_secret(made, 200);
    });
}

Result<http::Response> ping(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto delivery, webhook::ping(call, id));
        return answer(delivery, 202);
    });
}

Result<http::Response> list_deliveries(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto request = read_page(parameters);
    const auto state = parameters.choice("state", {"waiting", "delivered", "failed"}).value_or("");
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto page, webhook::list_deliveries(tx, incoming.actor, id, request, state));
        return page_answer(page);
    });
}

Result<http::Response> get_delivery(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const Id delivery, incoming.id("delivery"));
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found, webhook::get_delivery(tx, incoming.actor, id, delivery));
        return answer(found);
    });
}

Result<http::Response> redeliver(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const Id delivery, incoming.id("delivery"));
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto again, webhook::redeliver(call, id, delivery));
        return answer(again, 202);
    });
}

} // namespace

void add_webhook_routes(http::Router& router, Context& context) {
    const auto add = [&](Method method, std::string pattern, std::string id, Operation operation,
                         Body body = Body::none) {
        OperationSpec spec{method, std::move(pattern), std::move(id), body};
        // A worker is just delivering.
        spec.on_primary = method == Method::get;
        add_operation(router, context, std::move(spec), std::move(operation));
    };
    const std::string all = "/api/v1/webhooks";
    const std::string one = all + "/{id}";
    const std::string deliveries = one + "/deliveries";
    add(Method::get, all, "list_webhooks", list);
    add(Method::post, all, "create_webhook", create, Body::json);
    add(Method::get, one, "get_webhook", get_entity<webhook::get_webhook>);
    add(Method::patch, one, "update_webhook", update, Body::json);
    add(Method::del, one, "delete_webhook", remove);
    add(Method::post, one + "/rotate-secret", "rotate_webhook_secret", rotate, Body::optional_json);
    add(Method::post, one + "/ping", "ping_webhook", ping);
    add(Method::get, deliveries, "list_webhook_deliveries", list_deliveries);
    add(Method::get, deliveries + "/{delivery}", "get_webhook_delivery", get_delivery);
    add(Method::post, deliveries + "/{delivery}/redeliver", "redeliver_webhook", redeliver);
}

} // namespace bifrost::api
