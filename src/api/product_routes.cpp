#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "api/version_answer.hpp"

namespace bifrost::api {
namespace {

using http::Method;

std::string address_of(const publish::Product& product) { return "/api/v1/products/" + product.id.text(); }

Result<http::Response> list(Incoming& incoming, std::string_view owner_kind) {
    Parameters parameters(incoming.http);
    const auto request = parameters.list();
    const auto included = read_product_include(parameters);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto page, publish::list_products(tx, incoming.actor, id, owner_kind, request));
        if (!included.any()) return page_answer(page);
        BIFROST_ASSIGN(auto objects, product_objects(tx, incoming.actor, page.data, included));
        return page_answer(page_of(page, std::move(objects)));
    });
}

Result<http::Response> create(Incoming& incoming, std::string_view owner_kind) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto made, publish::create_product(call, id, owner_kind, incoming.body));
        return created_answer(made, address_of(made));
    });
}

Result<http::Response> put(Incoming& incoming, std::string_view owner_kind) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto put,
                       publish::put_product(call, id, owner_kind, incoming.path("code"), incoming.body));
        http::Response response = created_answer(put.product, address_of(put.product));
        response.status = put.created ? 201 : 200;
        return response;
    });
}

Result<http::Response> get(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto included = read_product_include(parameters);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found, publish::get_product(tx, incoming.actor, id));
        if (!included.any()) return entity_answer(found);
        BIFROST_ASSIGN(const auto objects, product_objects(tx, incoming.actor, {found}, included));
        return answer(objects.front());
    });
}

Result<http::Response> update(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto updated, publish::update_product(call, id, incoming.body, revision));
        return entity_answer(updated);
    });
}

Result<http::Response> archive(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto archived, publish::archive_product(call, id, revision));
        return entity_answer(archived);
    });
}

Result<http::Response> restore(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto restored, publish::restore_product(call, id, revision));
        return entity_answer(restored);
    });
}

Result<http::Response> purge(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_CHECK(publish::purge_product(call, id));
        return no_content();
    });
}

} // namespace

void add_product_routes(http::Router& router, Context& context) {
    const auto add = [&](Method method, std::string pattern, std::string id, Operation operation,
                         Body body = Body::none) {
        add_operation(router, context, {method, std::move(pattern), std::move(id), body},
                      std::move(operation));
    };
    const auto of = [](auto operation, std::string_view owner_kind) {
        return [operation, owner_kind](Incoming& incoming) { return operation(incoming, owner_kind); };
    };
    const auto add_of = [&](std::string_view owner_kind, const std::string& name) {
        const std::string pattern = "/api/v1/" + std::string(owner_kind) + "s/{id}/products";
        add(Method::get, pattern, "list_" + name + "products", of(list, owner_kind));
        add(Method::post, pattern, "create_" + name + "product", of(create, owner_kind), Body::json);
        add(Method::put, pattern + "/{code}", "ensure_" + name + "product", of(put, owner_kind),
            Body::optional_json);
    };
    add_of("asset", "");
    add_of("shot", "shot_");
    add_of("sequence", "sequence_");
    add_of("episode", "episode_");
    const std::string one = "/api/v1/products/{id}";
    add(Method::get, one, "get_product", get);
    add(Method::patch, one, "update_product", update, Body::json);
    add(Method::del, one, "archive_product", archive);
    add(Method::post, one + "/restore", "restore_product", restore);
    add(Method::post, one + "/purge", "purge_product", purge);
}

} // namespace bifrost::api
