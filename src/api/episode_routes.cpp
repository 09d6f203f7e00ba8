#include "api/entity_operations.hpp"
#include "api/routes.hpp"
#include "services/shot/episode.hpp"

namespace bifrost::api {
namespace {

Result<http::Response> list(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto request = parameters.list();
    BIFROST_CHECK(parameters.finish());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto page,
                       shot::list_episodes(tx, incoming.actor, incoming.path("project"), request));
        return page_answer(page);
    });
}

} // namespace

void add_episode_routes(http::Router& router, Context& context) {
    add_entity_operations<list, shot::get_episode, shot::create_episode, shot::update_episode,
                          shot::archive_episode, shot::restore_episode, shot::purge_episode>(router, context,
                                                                                             "episode");
}

} // namespace bifrost::api
