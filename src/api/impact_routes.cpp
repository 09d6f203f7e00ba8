#include "services/publish/impact.hpp"

#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"

namespace bifrost::api {
namespace {

using http::Method;
using Service = Result<publish::Impact> (*)(database::Tx&, const access::Actor&, const Id&,
                                            const publish::ImpactLimits&);

Operation impact_of(Service service) {
    return [service](Incoming& incoming) -> Result<http::Response> {
        Parameters parameters(incoming.http);
        publish::ImpactLimits limits;
        limits.most = static_cast<std::size_t>(parameters.integer("limit", 1, 10'000).value_or(1'000));
        limits.depth = parameters.integer("depth", 1, 64).value_or(64);
        BIFROST_CHECK(parameters.finish());
        BIFROST_ASSIGN(const Id id, incoming.id());
        return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
            BIFROST_ASSIGN(const auto impact, service(tx, incoming.actor, id, limits));
            return answer(impact);
        });
    };
}

} // namespace

void add_impact_routes(http::Router& router, Context& context) {
    const auto add = [&](std::string pattern, std::string id, Service service) {
        OperationSpec spec{Method::get, std::move(pattern), std::move(id)};
        spec.lane = http::Lane::slow;
        add_operation(router, context, std::move(spec), impact_of(service));
    };
    add("/api/v1/assets/{id}/impact", "get_asset_impact", publish::asset_impact);
    add("/api/v1/versions/{id}/impact", "get_version_impact", publish::version_impact);
}

} // namespace bifrost::api
