#include "api/entity_operations.hpp"
#include "api/routes.hpp"
#include "services/shot/sequence.hpp"
#include "services/shot/shot_bulk.hpp"

namespace bifrost::api {
namespace {

using http::Method;

Result<http::Response> list(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto request = parameters.list();
    shot::SequenceFilter filter;
    filter.episode_id = parameters.id("episode_id");
    BIFROST_CHECK(parameters.finish());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto page,
                       shot::list_sequences(tx, incoming.actor, incoming.path("project"), request, filter));
        return page_answer(page);
    });
}

Result<http::Response> renumber(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto renumbering, shot::renumber_shots(call, id, incoming.body));
        return answer(renumbering);
    });
}

} // namespace

void add_sequence_routes(http::Router& router, Context& context) {
    add_entity_operations<list, shot::get_sequence, shot::create_sequence, shot::update_sequence,
                          shot::archive_sequence, shot::restore_sequence, shot::purge_sequence>(
        router, context, "sequence");
    add_operation(router, context,
                  {Method::post, "/api/v1/sequences/{id}/renumber", "renumber_shots", Body::optional_json},
                  renumber);
}

} // namespace bifrost::api
