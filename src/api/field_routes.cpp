#include "api/answer.hpp"
#include "api/entity_operations.hpp"
#include "api/hidden_fields.hpp"
#include "api/routes.hpp"
#include "services/project/field.hpp"

namespace bifrost::api {
namespace {

using http::Method;

Result<http::Response> list(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const bool archived =
        parameters.choice("archived", {"exclude", "include"}).value_or("exclude") == "include";
    BIFROST_CHECK(parameters.finish());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto fields,
                       project::list_fields(tx, incoming.actor, incoming.path("project"), archived));
        return data_answer(fields);
    });
}

Result<http::Response> create_in_project(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto made, project::create_field(call, incoming.path("project"), incoming.body));
        return created_answer(made, "/api/v1/fields/" + made.id.text());
    });
}

Result<http::Response> create_for_site(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto made, project::create_field(call, std::nullopt, incoming.body));
        return created_answer(made, "/api/v1/fields/" + made.id.text());
    });
}

Operation values_of(std::string_view kind) {
    return [kind](Incoming& incoming) -> Result<http::Response> {
        Parameters parameters(incoming.http);
        BIFROST_CHECK(parameters.finish());
        BIFROST_ASSIGN(const Id id, incoming.id());
        return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
            BIFROST_ASSIGN(const auto values, project::list_field_values(tx, incoming.actor, kind, id));
            return data_answer(values);
        });
    };
}

} // namespace

void add_field_routes(http::Router& router, Context& context) {
    const auto add = [&](Method method, std::string pattern, std::string id, Operation operation,
                         Body body = Body::none) {
        // Whoever looks next in this process sees by the new definitions.
        Operation telling = [operation = std::move(operation), &context, method](Incoming& incoming) {
            auto response = operation(incoming);
            if (method != Method::get && context.hidden_fields != nullptr) context.hidden_fields->changed();
            return response;
        };
        add_operation(router, context, {method, std::move(pattern), std::move(id), body}, std::move(telling));
    };
    const std::string all = "/api/v1/projects/{project}/fields";
    add(Method::get, all, "list_fields", list);
    add(Method::post, all, "create_field", create_in_project, Body::json);
    add(Method::post, "/api/v1/fields", "create_site_field", create_for_site, Body::json);
    const std::string one = "/api/v1/fields/{id}";
    add(Method::get, one, "get_field", get_entity<project::get_field>);
    add(Method::patch, one, "update_field", update_entity<project::update_field>, Body::json);
    add(Method::del, one, "archive_field", put_away_or_back<project::archive_field>);
    add(Method::post, one + "/restore", "restore_field", put_away_or_back<project::restore_field>);
    for (const std::string_view kind : {"asset", "shot", "sequence", "episode"})
        add(Method::get, "/api/v1/" + std::string(kind) + "s/{id}/fields",
            "get_" + std::string(kind) + "_fields", values_of(kind));
}

} // namespace bifrost::api
