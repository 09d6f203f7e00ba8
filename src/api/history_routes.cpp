#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "services/history/revert.hpp"
#include "services/history/trash.hpp"

namespace bifrost::api {
namespace {

using http::Method;

Result<http::Response> revert(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        const auto& body = incoming.body;
        const auto asked = body.is_null() ? boost::json::value(boost::json::object{}) : body;
        BIFROST_ASSIGN(const auto reverted, history::revert(call, incoming.path("position"), asked));
        std::optional<Id> change_set;
        std::optional<std::string> position;
        if (!call.changes.empty()) {
            BIFROST_ASSIGN(const auto end, call.changes.append_to_log(call.tx));
            change_set = call.changes.id();
            position = end.text();
        }
        http::Response response;
        json::ObjectWriter(response.body)
            .member("change_set", change_set)
            .member("position", position)
            .member("changes", reverted.changes)
            .member("dry_run", reverted.dry_run);
        return response;
    });
}

Result<http::Response> list_trash(Incoming& incoming) {
    Parameters parameters(incoming.http);
    query::ListRequest request;
    request.limit = parameters.integer("limit", 1, 1000).value_or(100);
    request.cursor = parameters.text("cursor", 4000, 0).value_or("");
    request.q = parameters.text("q", 200, 0).value_or("");
    BIFROST_CHECK(parameters.finish());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto page,
                       history::list_trash(tx, incoming.actor, incoming.path("project"), request));
        return page_answer(page);
    });
}

} // namespace

void add_history_routes(http::Router& router, Context& context) {
    OperationSpec spec{Method::post, "/api/v1/events/{position}/revert", "revert", Body::optional_json};
    spec.lane = http::Lane::slow;
    add_operation(router, context, std::move(spec), revert);
    add_operation(router, context, {Method::get, "/api/v1/projects/{project}/trash", "list_trash"},
                  list_trash);
}

} // namespace bifrost::api
