#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "services/workflow/bulk.hpp"

namespace bifrost::api {
namespace {

Result<http::Response> bulk(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto outcome, workflow::bulk(call, incoming.path("project"), incoming.body));
        std::optional<Id> change_set;
        std::optional<std::string> position;
        if (!call.changes.empty()) {
            BIFROST_ASSIGN(const auto end, call.changes.append_to_log(call.tx));
            change_set = call.changes.id();
            position = end.text();
        }
        http::Response response;
        json::ObjectWriter(response.body)
            .member("data", outcome.data)
            .member("changed", outcome.changed)
            .member("dry_run", outcome.dry_run)
            .member("change_set", change_set)
            .member("position", position);
        return response;
    });
}

} // namespace

void add_bulk_routes(http::Router& router, Context& context) {
    OperationSpec spec{http::Method::post, "/api/v1/projects/{project}/bulk", "bulk", Body::json};
    spec.lane = http::Lane::slow;
    spec.most_body = std::size_t{4} * 1024 * 1024; // ten thousand ids and their revisions
    add_operation(router, context, std::move(spec), bulk);
}

} // namespace bifrost::api
