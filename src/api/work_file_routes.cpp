#include "services/publish/work_file.hpp"

#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"

namespace bifrost::api {
namespace {

using http::Method;

Result<http::Response> list(Incoming& incoming, std::string_view kind) {
    Parameters parameters(incoming.http);
    const auto series = parameters.text("series", 64).value_or("");
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto files, publish::list_work_files(tx, incoming.actor, kind, id, series));
        return data_answer(files);
    });
}

Result<http::Response> reserve(Incoming& incoming, std::string_view kind) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto file, publish::reserve_work_file(call, kind, id, incoming.body));
        return answer(file, 201);
    });
}

} // namespace

void add_work_file_routes(http::Router& router, Context& context) {
    for (const std::string_view kind : {"asset", "shot", "sequence", "episode"}) {
        const std::string pattern = "/api/v1/" + std::string(kind) + "s/{id}/work-files";
        const std::string name = std::string(kind) + "_work_file";
        add_operation(router, context, {Method::get, pattern, "list_" + name + "s"},
                      [kind](Incoming& incoming) { return list(incoming, kind); });
        add_operation(router, context, {Method::post, pattern, "reserve_" + name, Body::json},
                      [kind](Incoming& incoming) { return reserve(incoming, kind); });
    }
}

} // namespace bifrost::api
