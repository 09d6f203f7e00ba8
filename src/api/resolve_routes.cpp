#include "services/publish/resolve.hpp"

#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "services/asset/asset.hpp"
#include "services/project/project.hpp"
#include "services/publish/address.hpp"
#include "services/publish/product.hpp"
#include "services/shot/episode.hpp"
#include "services/shot/sequence.hpp"
#include "services/shot/shot.hpp"

namespace bifrost::api {
namespace {

using http::Method;

Result<http::Response> resolve_asset(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto policy = parameters.choice("policy", {"latest", "latest_approved"}).value_or("");
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto resolved, publish::resolve_asset(tx, incoming.actor, id, policy));
        return answer(resolved);
    });
}

template <class T>
Result<json::Raw> as_json(Result<T> entity) {
    if (!entity) return entity.error();
    return json::Raw{json::to_json(*entity)};
}

/// What stands at a location, as its own address would answer.
Result<json::Raw> entity_at(database::Tx& tx, const access::Actor& actor, const publish::Location& location) {
    if (location.kind == "project") return as_json(project::get_project(tx, actor, location.id.text()));
    if (location.kind == "asset") return as_json(asset::get_asset(tx, actor, location.id));
    if (location.kind == "shot") return as_json(shot::get_shot(tx, actor, location.id));
    if (location.kind == "sequence") return as_json(shot::get_sequence(tx, actor, location.id));
    if (location.kind == "episode") return as_json(shot::get_episode(tx, actor, location.id));
    if (location.kind == "product") return as_json(publish::get_product(tx, actor, location.id));
    if (location.kind == "version") return as_json(publish::get_version(tx, actor, location.id));
    return as_json(project::get_visible_entity(tx, actor, location.id, location.kind));
}

Result<http::Response> resolve_address(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto address = parameters.text("address");
    const auto project = parameters.text("project", 64).value_or("");
    if (!address || address->empty()) parameters.add_error("address", "is required");
    BIFROST_CHECK(parameters.finish());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto location, publish::resolve_address(tx, incoming.actor, *address, project));
        BIFROST_ASSIGN(const auto entity, entity_at(tx, incoming.actor, location));
        http::Response response;
        json::ObjectWriter(response.body).members_of(location).member("entity", entity);
        return response;
    });
}

} // namespace

void add_resolve_routes(http::Router& router, Context& context) {
    OperationSpec spec{Method::get, "/api/v1/assets/{id}/resolve", "resolve_asset"};
    spec.lane = http::Lane::slow;
    add_operation(router, context, std::move(spec), resolve_asset);
    add_operation(router, context, {Method::get, "/api/v1/resolve", "resolve_address"}, resolve_address);
}

} // namespace bifrost::api
