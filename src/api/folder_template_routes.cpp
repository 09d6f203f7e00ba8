#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "services/folder/folder_template.hpp"
#include "services/folder/preview.hpp"
#include "services/folder/studio_mapping.hpp"

namespace bifrost::api {
namespace {

using http::Method;

Result<http::Response> list_templates(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found,
                       folder::list_folder_templates(tx, incoming.actor, incoming.path("project")));
        return data_answer(found);
    });
}

Result<http::Response> create_template(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto made,
                       folder::create_folder_template(call, incoming.path("project"), incoming.body));
        return created_answer(made, "/api/v1/folder-templates/" + made.id->text());
    });
}

Result<http::Response> preview(Incoming& incoming) {
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found,
                       folder::preview_template(tx, incoming.actor, incoming.path("project"), incoming.body));
        return answer(found);
    });
}

Result<http::Response> list_mappings(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found,
                       folder::list_studio_mappings(tx, incoming.actor, incoming.path("project")));
        return data_answer(found);
    });
}

Result<http::Response> create_mapping(Incoming& incoming) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto made,
                       folder::create_studio_mapping(call, incoming.path("project"), incoming.body));
        return created_answer(made, "/api/v1/studio-mappings/" + made.id.text());
    });
}

/// GET of one, by a service that reads.
template <class T>
Operation get_of(Result<T> (*service)(database::Tx&, const access::Actor&, const Id&)) {
    return [service](Incoming& incoming) -> Result<http::Response> {
        Parameters parameters(incoming.http);
        BIFROST_CHECK(parameters.finish());
        BIFROST_ASSIGN(const Id id, incoming.id());
        return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
            BIFROST_ASSIGN(const auto found, service(tx, incoming.actor, id));
            return entity_answer(found);
        });
    };
}

template <class T>
Operation update_of(Result<T> (*service)(access::Call&, const Id&, const boost::json::value&,
                                         std::optional<std::int64_t>)) {
    return [service](Incoming& incoming) -> Result<http::Response> {
        BIFROST_ASSIGN(const Id id, incoming.id());
        BIFROST_ASSIGN(const auto revision, incoming.if_match());
        return write(incoming, [&](access::Call& call) -> Result<http::Response> {
            BIFROST_ASSIGN(const auto now, service(call, id, incoming.body, revision));
            return entity_answer(now);
        });
    };
}

template <class T>
Operation change_of(Result<T> (*service)(access::Call&, const Id&, std::optional<std::int64_t>)) {
    return [service](Incoming& incoming) -> Result<http::Response> {
        BIFROST_ASSIGN(const Id id, incoming.id());
        BIFROST_ASSIGN(const auto revision, incoming.if_match());
        return write(incoming, [&](access::Call& call) -> Result<http::Response> {
            BIFROST_ASSIGN(const auto now, service(call, id, revision));
            return entity_answer(now);
        });
    };
}

} // namespace

void add_folder_template_routes(http::Router& router, Context& context) {
    const auto add = [&](Method method, std::string pattern, std::string id, Operation operation,
                         Body body = Body::none) {
        add_operation(router, context, {method, std::move(pattern), std::move(id), body},
                      std::move(operation));
    };
    const std::string templates = "/api/v1/projects/{project}/folder-templates";
    add(Method::get, templates, "list_folder_templates", list_templates);
    add(Method::post, templates, "create_folder_template", create_template, Body::json);
    OperationSpec spec{Method::post, templates + "/preview", "preview_folder_template", Body::json};
    spec.lane = http::Lane::slow;
    add_operation(router, context, std::move(spec), preview);
    const std::string one = "/api/v1/folder-templates/{id}";
    add(Method::get, one, "get_folder_template", get_of(folder::get_folder_template));
    add(Method::patch, one, "update_folder_template", update_of(folder::update_folder_template), Body::json);
    add(Method::del, one, "archive_folder_template", change_of(folder::archive_folder_template));
    add(Method::post, one + "/restore", "restore_folder_template",
        change_of(folder::restore_folder_template));

    const std::string mappings = "/api/v1/projects/{project}/studio-mappings";
    add(Method::get, mappings, "list_studio_mappings", list_mappings);
    add(Method::post, mappings, "create_studio_mapping", create_mapping, Body::json);
    const std::string mapping = "/api/v1/studio-mappings/{id}";
    add(Method::get, mapping, "get_studio_mapping", get_of(folder::get_studio_mapping));
    add(Method::patch, mapping, "update_studio_mapping", update_of(folder::update_studio_mapping),
        Body::json);
    add(Method::del, mapping, "archive_studio_mapping", change_of(folder::archive_studio_mapping));
    add(Method::post, mapping + "/restore", "restore_studio_mapping",
        change_of(folder::restore_studio_mapping));
}

} // namespace bifrost::api
