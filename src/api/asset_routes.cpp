#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "services/asset/asset.hpp"

namespace bifrost::api {
namespace {

using http::Method;

Result<http::Response> list(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto request = parameters.list();
    asset::AssetFilter filter;
    filter.types = parameters.texts("type");
    filter.statuses = parameters.texts("status");
    filter.tags = parameters.texts("tag");
    BIFROST_CHECK(parameters.finish());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto page,
                       asset::list_assets(tx, incoming.actor, incoming.path("project"), request, filter));
        return page_answer(page);
    });
}

Result<http::Response> create(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto made, asset::create_asset(call, incoming.path("project"), incoming.body));
        return created_answer(made, "/api/v1/assets/" + made.id.text());
    });
}

Result<http::Response> get(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found, asset::get_asset(tx, incoming.actor, id));
        return entity_answer(found);
    });
}

Result<http::Response> update(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto updated, asset::update_asset(call, id, incoming.body, revision));
        return entity_answer(updated);
    });
}

Result<http::Response> archive(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto archived, asset::archive_asset(call, id, revision));
        return entity_answer(archived);
    });
}

Result<http::Response> restore(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto restored, asset::restore_asset(call, id, revision));
        return entity_answer(restored);
    });
}

Result<http::Response> purge(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_CHECK(asset::purge_asset(call, id));
        return no_content();
    });
}

Result<http::Response> list_types(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto types,
                       asset::list_asset_types(tx, incoming.actor, incoming.path("project")));
        return data_answer(types);
    });
}

Result<http::Response> create_type(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto type,
                       asset::create_asset_type(call, incoming.path("project"), incoming.body));
        return answer(type, 201);
    });
}

} // namespace

void add_asset_routes(http::Router& router, Context& context) {
    const auto add = [&](Method method, std::string pattern, std::string id, Operation operation,
                         Body body = Body::none) {
        OperationSpec spec{method, std::move(pattern), std::move(id), body};
        spec.changes_with_log = true;
        add_operation(router, context, std::move(spec), std::move(operation));
    };
    const std::string project = "/api/v1/projects/{project}";
    const std::string one = "/api/v1/assets/{id}";
    add(Method::get, project + "/assets", "list_assets", list);
    add(Method::post, project + "/assets", "create_asset", create, Body::json);
    add(Method::get, one, "get_asset", get);
    add(Method::patch, one, "update_asset", update, Body::json);
    add(Method::del, one, "archive_asset", archive);
    add(Method::post, one + "/restore", "restore_asset", restore);
    add(Method::post, one + "/purge", "purge_asset", purge);
    add(Method::get, project + "/asset-types", "list_asset_types", list_types);
    add(Method::post, project + "/asset-types", "create_asset_type", create_type, Body::json);
}

} // namespace bifrost::api
