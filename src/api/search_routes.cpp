#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "services/search/search.hpp"

namespace bifrost::api {
namespace {

Result<http::Response> search(Incoming& incoming, std::optional<std::string> project) {
    Parameters parameters(incoming.http);
    search::SearchRequest request;
    const auto q = parameters.text("q");
    if (!q || q->empty()) parameters.add_error("q", "is required: what shall be searched");
    request.q = q.value_or("");
    request.kinds =
        parameters.texts("kind", {"project", "asset", "episode", "sequence", "shot", "product", "version"});
    request.facets = parameters.texts("facets", {"kind", "project", "type", "status", "tag"});
    request.limit = parameters.integer("limit", 1, 1000).value_or(100);
    request.cursor = parameters.text("cursor", 4000, 0).value_or("");
    request.project = project ? *project : parameters.text("project", 64).value_or("");
    BIFROST_CHECK(parameters.finish());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found, search::search(tx, incoming.actor, request));
        return answer(found);
    });
}

} // namespace

void add_search_routes(http::Router& router, Context& context) {
    add_operation(router, context, {http::Method::get, "/api/v1/search", "search"},
                  [](Incoming& incoming) { return search(incoming, std::nullopt); });
    add_operation(router, context, {http::Method::get, "/api/v1/projects/{project}/search", "search_project"},
                  [](Incoming& incoming) { return search(incoming, incoming.path("project")); });
}

} // namespace bifrost::api
