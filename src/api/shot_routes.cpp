#include "api/entity_operations.hpp"
#include "api/routes.hpp"
#include "services/shot/shot.hpp"
#include "services/shot/shot_bulk.hpp"

namespace bifrost::api {
namespace {

using http::Method;

Result<http::Response> list(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto request = parameters.list();
    shot::ShotFilter filter;
    filter.sequence_id = parameters.id("sequence_id");
    filter.episode_id = parameters.id("episode_id");
    filter.statuses = parameters.texts("status");
    BIFROST_CHECK(parameters.finish());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto page,
                       shot::list_shots(tx, incoming.actor, incoming.path("project"), request, filter));
        return page_answer(page);
    });
}

Result<http::Response> create_many(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto made, shot::create_shots(call, incoming.path("project"), incoming.body));
        return data_answer(made, 201);
    });
}

} // namespace

void add_shot_routes(http::Router& router, Context& context) {
    add_entity_operations<list, shot::get_shot, shot::create_shot, shot::update_shot, shot::archive_shot,
                          shot::restore_shot, shot::purge_shot>(router, context, "shot");
    add_operation(router, context,
                  {Method::post, "/api/v1/projects/{project}/shots/bulk", "create_shots", Body::json},
                  create_many);
}

} // namespace bifrost::api
