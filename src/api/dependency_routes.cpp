#include "services/publish/dependency.hpp"

#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "services/publish/compare.hpp"

namespace bifrost::api {
namespace {

using http::Method;

Result<http::Response> list(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto request = parameters.list();
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto page, publish::list_dependencies(tx, incoming.actor, id, request));
        return page_answer(page);
    });
}

Result<http::Response> compare(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id from, incoming.id());
    BIFROST_ASSIGN(const Id to, incoming.id("other"));
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto comparison, publish::compare_versions(tx, incoming.actor, from, to));
        return answer(comparison);
    });
}

} // namespace

void add_dependency_routes(http::Router& router, Context& context) {
    const std::string one = "/api/v1/versions/{id}";
    add_operation(router, context, {Method::get, one + "/dependencies", "list_dependencies"}, list);
    OperationSpec spec{Method::get, one + "/compare/{other}", "compare_versions"};
    spec.lane = http::Lane::slow;
    add_operation(router, context, std::move(spec), compare);
}

} // namespace bifrost::api
