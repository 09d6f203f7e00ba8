#include <unordered_map>

#include "api/answer.hpp"
#include "api/entity_operations.hpp"
#include "api/hot_assets.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "database/request_scope.hpp"
#include "services/asset/asset.hpp"
#include "services/project/project.hpp"
#include "services/publish/product.hpp"

namespace bifrost::api {
namespace {

using http::Method;

/// What `include=` asked for.
struct Included {
    bool products = false;
    bool project = false;

    [[nodiscard]] bool any() const { return products || project; }
};

Included read_include(Parameters& parameters) {
    Included included;
    for (const auto& one : parameters.texts("include", {"products", "project"})) {
        included.products = included.products || one == "products";
        included.project = included.project || one == "project";
    }
    return included;
}

/// Each asset as a JSON object, with the related entities among its members.
Result<std::vector<json::Raw>> asset_objects(database::Tx& tx, const access::Actor& actor,
                                             const std::vector<asset::Asset>& assets, Included included) {
    std::unordered_map<Id, std::vector<publish::Product>> products;
    if (included.products) {
        std::vector<Id> ids;
        ids.reserve(assets.size());
        for (const auto& one : assets) ids.push_back(one.id);
        BIFROST_ASSIGN(auto found, publish::list_products_of_owners(tx, actor, ids));
        for (auto& product : found) products[product.owner_id].push_back(std::move(product));
    }
    std::vector<json::Raw> objects;
    std::optional<project::Project> project; // a list is of one project
    if (included.project && !assets.empty()) {
        BIFROST_ASSIGN(project, project::get_project(tx, actor, assets.front().project_id.text()));
    }
    for (const auto& one : assets) {
        std::string& text = objects.emplace_back(json::Raw{""}).text;
        json::ObjectWriter object(text);
        object.members_of(one);
        if (included.products) object.member("products", products[one.id]);
        if (project) object.member("project", *project);
    }
    return objects;
}

Result<http::Response> list(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto request = parameters.list();
    const auto included = read_include(parameters);
    asset::AssetFilter filter;
    filter.types = parameters.texts("type");
    filter.statuses = parameters.texts("status");
    filter.tags = parameters.texts("tag");
    BIFROST_CHECK(parameters.finish());
    const auto answer_list = [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto page,
                       asset::list_assets(tx, incoming.actor, incoming.path("project"), request, filter));
        if (!included.any()) return page_answer(page);
        BIFROST_ASSIGN(auto objects, asset_objects(tx, incoming.actor, page.data, included));
        return page_answer(query::Page<json::Raw>{std::move(objects), page.next_cursor, page.total});
    };
    // Several statements must agree with each other; one does by itself.
    return included.any() ? incoming.context.database.snapshot(answer_list) : read(incoming, answer_list);
}

Result<http::Response> create(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto made, asset::create_asset(call, incoming.path("project"), incoming.body));
        return created_answer(made, "/api/v1/assets/" + made.id.text());
    });
}

Result<http::Response> hot_answer(Incoming& incoming, const Id& id) {
    BIFROST_ASSIGN(auto hot, incoming.context.hot_assets->get(id));
    BIFROST_CHECK(incoming.actor.require(access::Permission::project_read, hot.project_id, "asset"));
    http::Response response;
    response.body = std::move(hot.body);
    response.header("ETag", "\"" + std::to_string(hot.revision) + "\"");
    return response;
}

Result<http::Response> get(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto included = read_include(parameters);
    const auto at = parameters.text("at", 100);
    if (at && included.any()) parameters.add_error("include", "can't be asked for together with `at`");
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    if (at) return get_entity_at<asset::get_asset>(incoming, id, *at);
    // Who says what they have seen is answered by a database that has it.
    const auto* scope = database::RequestScope::current();
    const bool says_what_was_seen = scope != nullptr && scope->seen();
    if (incoming.context.hot_assets != nullptr && !included.any() && !says_what_was_seen)
        return hot_answer(incoming, id);
    const auto answer_one = [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found, asset::get_asset(tx, incoming.actor, id));
        if (!included.any()) return entity_answer(found);
        BIFROST_ASSIGN(const auto objects, asset_objects(tx, incoming.actor, {found}, included));
        return answer(objects.front());
    };
    return included.any() ? incoming.context.database.snapshot(answer_one) : read(incoming, answer_one);
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
