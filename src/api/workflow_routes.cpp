#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "services/asset/asset.hpp"
#include "services/publish/version.hpp"
#include "services/shot/shot.hpp"
#include "services/workflow/workflow.hpp"

namespace bifrost::api {
namespace {

using http::Method;

Result<http::Response> list(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto kind = parameters.choice("kind", {"asset", "shot", "version"}).value_or("");
    const auto project = parameters.text("project", 64).value_or("");
    BIFROST_CHECK(parameters.finish());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found, workflow::list_workflows(tx, incoming.actor, project, kind));
        return data_answer(found);
    });
}

Result<http::Response> get(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found, workflow::get_workflow(tx, incoming.actor, id));
        return answer(found);
    });
}

http::Response transitions_answer(const workflow::Transitions& transitions) {
    std::string list = "[";
    for (const auto& move : transitions.data) {
        if (list.size() > 1) list += ',';
        json::ObjectWriter object(list);
        object.member("to", move.to).member("name", move.name).member("open", move.open);
        if (move.why_not) object.member("why_not", *move.why_not);
    }
    http::Response response;
    json::ObjectWriter(response.body)
        .member("status", transitions.status)
        .member("data", json::Raw{list + "]"});
    return response;
}

Result<http::Response> list_transitions(Incoming& incoming, std::string_view kind) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found, workflow::list_transitions(tx, incoming.actor, kind, id));
        return transitions_answer(found);
    });
}

Result<http::Response> transition_asset(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_CHECK(workflow::transition(call, "asset", id, incoming.body, revision));
        BIFROST_ASSIGN(const auto moved, asset::get_asset(call.tx, call.actor, id));
        return entity_answer(moved);
    });
}

Result<http::Response> transition_shot(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_CHECK(workflow::transition(call, "shot", id, incoming.body, revision));
        BIFROST_ASSIGN(const auto moved, shot::get_shot(call.tx, call.actor, id));
        return entity_answer(moved);
    });
}

Result<http::Response> transition_version(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_CHECK(workflow::transition(call, "version", id, incoming.body, revision));
        BIFROST_ASSIGN(const auto moved, publish::get_version(call.tx, call.actor, id));
        return entity_answer(moved);
    });
}

} // namespace

void add_workflow_routes(http::Router& router, Context& context) {
    const auto add = [&](Method method, std::string pattern, std::string id, Operation operation,
                         Body body = Body::none) {
        add_operation(router, context, {method, std::move(pattern), std::move(id), body},
                      std::move(operation));
    };
    const auto transitions_of = [](std::string_view kind) {
        return [kind](Incoming& incoming) { return list_transitions(incoming, kind); };
    };
    add(Method::get, "/api/v1/workflows", "list_workflows", list);
    add(Method::get, "/api/v1/workflows/{id}", "get_workflow", get);
    add(Method::get, "/api/v1/assets/{id}/transitions", "list_asset_transitions", transitions_of("asset"));
    add(Method::post, "/api/v1/assets/{id}/transitions", "transition_asset", transition_asset, Body::json);
    add(Method::get, "/api/v1/shots/{id}/transitions", "list_shot_transitions", transitions_of("shot"));
    add(Method::post, "/api/v1/shots/{id}/transitions", "transition_shot", transition_shot, Body::json);
    add(Method::get, "/api/v1/versions/{id}/transitions", "list_version_transitions",
        transitions_of("version"));
    add(Method::post, "/api/v1/versions/{id}/transitions", "transition_version", transition_version,
        Body::json);
}

} // namespace bifrost::api
