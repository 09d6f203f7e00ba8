#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "api/version_answer.hpp"
#include "queue/queue.hpp"
#include "services/publish/publish_version.hpp"

namespace bifrost::api {
namespace {

using http::Method;

constexpr std::size_t kMostBody = 8 * 1024 * 1024; // 1,000 files and 10,000 dependencies

publish::VersionFilter read_filter(Parameters& parameters, bool of_project) {
    publish::VersionFilter filter;
    filter.states = parameters.texts("state", {"draft", "verifying", "published", "failed"});
    filter.statuses = parameters.texts("status");
    if (!of_project) return filter;
    filter.product_id = parameters.id("product");
    filter.author_id = parameters.id("author");
    return filter;
}

Result<http::Response> page_with(database::Tx& tx, Incoming& incoming,
                                 const query::Page<publish::Version>& page, Included included) {
    if (!included.any()) return page_answer(page);
    BIFROST_ASSIGN(auto objects, version_objects(tx, incoming.actor, page.data, included));
    return page_answer(page_of(page, std::move(objects)));
}

Result<http::Response> list(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto request = parameters.list();
    const auto filter = read_filter(parameters, false);
    const auto included = read_version_include(parameters);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto page, publish::list_versions(tx, incoming.actor, id, request, filter));
        return page_with(tx, incoming, page, included);
    });
}

Result<http::Response> list_of_project(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto request = parameters.list();
    const auto filter = read_filter(parameters, true);
    const auto included = read_version_include(parameters);
    BIFROST_CHECK(parameters.finish());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto page, publish::list_project_versions(
                                            tx, incoming.actor, incoming.path("project"), request, filter));
        return page_with(tx, incoming, page, included);
    });
}

Result<http::Response> create(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto made, publish::create_version(call, id, incoming.body));
        return created_answer(made, "/api/v1/versions/" + made.id.text());
    });
}

Result<http::Response> get(Incoming& incoming) {
    Parameters parameters(incoming.http);
    auto included = read_version_include(parameters);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found, publish::get_version(tx, incoming.actor, id));
        if (!included.product && !included.author) return entity_answer(found);
        included.representations = true;
        BIFROST_ASSIGN(const auto objects, version_objects(tx, incoming.actor, {found}, included));
        return answer(objects.front());
    });
}

Result<http::Response> update(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto updated, publish::update_version(call, id, incoming.body, revision));
        return entity_answer(updated);
    });
}

Result<http::Response> archive(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto archived, publish::archive_version(call, id, revision));
        return entity_answer(archived);
    });
}

Result<http::Response> restore(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto restored, publish::restore_version(call, id, revision));
        return entity_answer(restored);
    });
}

Result<http::Response> purge(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_CHECK(publish::purge_version(call, id));
        return no_content();
    });
}

Result<http::Response> publish_draft(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    json::Reader reader(incoming.body);
    BIFROST_CHECK(reader.finish());
    auto response = write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto version, publish::publish_version(call, id, revision));
        // That it failed is stored, and a conflict for whoever wanted it published.
        if (const auto refused = publish::refuse_failed(version); !refused)
            return problem(refused.error(), incoming.http);
        http::Response answered = entity_answer(version);
        if (version.state == "verifying") {
            answered.status = 202;
            if (version.job_id) answered.header("Location", "/api/v1/jobs/" + version.job_id->text());
        }
        return answered;
    });
    if (response && response->status == 202) queue::notify_workers();
    return response;
}

} // namespace

void add_version_routes(http::Router& router, Context& context) {
    const auto add = [&](Method method, std::string pattern, std::string id, Operation operation,
                         Body body = Body::none) {
        OperationSpec spec{method, std::move(pattern), std::move(id), body};
        spec.most_body = kMostBody;
        add_operation(router, context, std::move(spec), std::move(operation));
    };
    const std::string of_product = "/api/v1/products/{id}/versions";
    const std::string one = "/api/v1/versions/{id}";
    add(Method::get, "/api/v1/projects/{project}/versions", "list_project_versions", list_of_project);
    add(Method::get, of_product, "list_versions", list);
    add(Method::post, of_product, "create_version", create, Body::json);
    add(Method::get, one, "get_version", get);
    add(Method::patch, one, "update_version", update, Body::json);
    add(Method::del, one, "archive_version", archive);
    add(Method::post, one + "/restore", "restore_version", restore);
    add(Method::post, one + "/purge", "purge_version", purge);
    add(Method::post, one + "/publish", "publish_version", publish_draft, Body::optional_json);
}

} // namespace bifrost::api
