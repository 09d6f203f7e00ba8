#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "services/asset/component.hpp"

namespace bifrost::api {
namespace {

using http::Method;

Result<http::Response> get(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto components, asset::get_components(tx, incoming.actor, id));
        return entity_answer(components);
    });
}

Result<http::Response> put(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    if (!incoming.http.header("if-match")) BIFROST_CHECK(incoming.required_if_match());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto components, asset::put_components(call, id, incoming.body, revision));
        return entity_answer(components);
    });
}

} // namespace

void add_component_routes(http::Router& router, Context& context) {
    const std::string pattern = "/api/v1/assets/{id}/components";
    add_operation(router, context, {Method::get, pattern, "get_components"}, get);
    OperationSpec spec{Method::put, pattern, "put_components", Body::json};
    spec.most_body = std::size_t{16} * 1024 * 1024; // ten thousand rows with their matrices
    add_operation(router, context, std::move(spec), put);
}

} // namespace bifrost::api
