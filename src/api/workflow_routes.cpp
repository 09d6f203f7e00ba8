#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "services/asset/asset.hpp"
#include "services/publish/version.hpp"
#include "services/shot/shot.hpp"
#include "services/task/task.hpp"
#include "services/workflow/save.hpp"
#include "services/workflow/workflow.hpp"

namespace bifrost::api {
namespace {

using http::Method;

Result<http::Response> list(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto kind = parameters.choice("kind", {"asset", "shot", "task", "version"}).value_or("");
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
        return entity_answer(found);
    });
}

http::Response saved_answer(const workflow::SavedWorkflow& saved) {
    http::Response response = answer(saved);
    response.header("ETag", "\"" + std::to_string(saved.workflow.revision) + "\"");
    return response;
}

Result<http::Response> create(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto saved, workflow::create_workflow(call, incoming.body));
        auto response = saved_answer(saved);
        if (saved.dry_run) return response;
        response.status = 201;
        response.header("Location", "/api/v1/workflows/" + saved.workflow.id.text());
        return response;
    });
}

Result<http::Response> replace(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto revision, incoming.required_if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto saved, workflow::replace_workflow(call, id, incoming.body, revision));
        return saved_answer(saved);
    });
}

Result<http::Response> remove(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_CHECK(workflow::delete_workflow(call, id, revision));
        return no_content();
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

/// Moves one of `kind`; `service(tx, actor, id)` gives it as it is then.
template <const std::string_view& kind, auto service>
Result<http::Response> transition(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_CHECK(workflow::transition(call, kind, id, incoming.body, revision));
        BIFROST_ASSIGN(const auto moved, service(call.tx, call.actor, id));
        return entity_answer(moved);
    });
}

constexpr std::string_view kAsset = "asset";
constexpr std::string_view kShot = "shot";
constexpr std::string_view kTask = "task";
constexpr std::string_view kVersion = "version";

} // namespace

void add_workflow_routes(http::Router& router, Context& context) {
    const auto add = [&](Method method, std::string pattern, std::string id, Operation operation,
                         Body body = Body::none) {
        add_operation(router, context, {method, std::move(pattern), std::move(id), body},
                      std::move(operation));
    };
    add(Method::get, "/api/v1/workflows", "list_workflows", list);
    add(Method::get, "/api/v1/workflows/{id}", "get_workflow", get);
    // Every entity of the kind may have to move.
    const auto add_slow = [&](Method method, std::string pattern, std::string id, Operation operation,
                              Body body = Body::none) {
        OperationSpec spec{method, std::move(pattern), std::move(id), body};
        spec.lane = http::Lane::slow;
        add_operation(router, context, std::move(spec), std::move(operation));
    };
    add_slow(Method::post, "/api/v1/workflows", "create_workflow", create, Body::json);
    add_slow(Method::put, "/api/v1/workflows/{id}", "replace_workflow", replace, Body::json);
    add_slow(Method::del, "/api/v1/workflows/{id}", "delete_workflow", remove);
    const auto add_moves = [&](const std::string& kind, Operation operation) {
        const std::string path = "/api/v1/" + kind + "s/{id}/transitions";
        add(Method::get, path, "list_" + kind + "_transitions",
            [kind](Incoming& incoming) { return list_transitions(incoming, kind); });
        add(Method::post, path, "transition_" + kind, std::move(operation), Body::json);
    };
    add_moves("asset", transition<kAsset, asset::get_asset>);
    add_moves("shot", transition<kShot, shot::get_shot>);
    add_moves("task", transition<kTask, task::get_task>);
    add_moves("version", transition<kVersion, publish::get_version>);
}

} // namespace bifrost::api
