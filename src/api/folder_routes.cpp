// Entity → path, path → entity, and from one site's paths to another's.

#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "services/folder/locate.hpp"
#include "services/folder/resolve.hpp"
#include "services/folder/tree.hpp"

namespace bifrost::api {
namespace {

using http::Method;

constexpr std::size_t kMostBody = std::size_t{16} * 1024 * 1024; // ten thousand items

/// Writes {"data": [one object an item]}: an item has what it has, and never both a result and an error.
template <class T, class F>
http::Response list_answer(const std::vector<T>& items, F&& write_members) {
    http::Response response;
    response.body.reserve(items.size() * 200 + 16);
    response.body += "{\"data\":[";
    bool first = true;
    for (const auto& item : items) {
        if (!first) response.body += ',';
        first = false;
        json::ObjectWriter object(response.body);
        write_members(object, item);
    }
    response.body += "]}";
    return response;
}

void write_text(json::ObjectWriter& object, std::string_view name, const std::string& text) {
    if (!text.empty()) object.member(name, text);
}

void write_resolved(json::ObjectWriter& object, const folder::ResolvedPath& one) {
    object.member("entity_id", one.entity_id);
    if (!one.error.empty()) {
        object.member("error", one.error);
        return;
    }
    object.member("path", one.path);
    write_text(object, "pattern", one.pattern);
    write_text(object, "frames", one.frames);
}

void write_located(json::ObjectWriter& object, const folder::Located& one) {
    object.member("path", one.path);
    if (!one.error.empty()) {
        object.member("error", one.error);
        write_text(object, "expected_path", one.expected_path);
        return;
    }
    object.member("entity_kind", one.entity_kind).member("entity_id", *one.entity_id);
    object.member("data_type", one.data_type);
    if (one.product_id) object.member("product_id", *one.product_id);
    if (one.version_id) object.member("version_id", *one.version_id);
    write_text(object, "representation", one.representation);
    if (one.file_id) object.member("file_id", *one.file_id);
    write_text(object, "role", one.role);
    write_text(object, "task", one.task);
    if (one.workfile > 0) object.member("workfile", one.workfile);
    write_text(object, "rest", one.rest);
}

void write_translated(json::ObjectWriter& object, const folder::Translated& one) {
    object.member("path", one.path);
    write_text(object, "translated", one.translated);
    write_text(object, "error", one.error);
}

Result<http::Response> resolve(Incoming& incoming) {
    BIFROST_ASSIGN(const auto request, folder::read_resolve_request(incoming.body));
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto paths,
                       folder::resolve_paths(tx, incoming.actor, incoming.path("project"), request,
                                             incoming.context.settings.projects_root));
        return list_answer(paths, write_resolved);
    });
}

Result<http::Response> parse(Incoming& incoming) {
    BIFROST_ASSIGN(const auto request, folder::read_parse_request(incoming.body));
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found,
                       folder::parse_paths(tx, incoming.actor, incoming.path("project"), request,
                                           incoming.context.settings.projects_root));
        return list_answer(found, write_located);
    });
}

Result<http::Response> translate(Incoming& incoming) {
    BIFROST_ASSIGN(const auto request, folder::read_translate_request(incoming.body));
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found,
                       folder::translate_paths(tx, incoming.actor, incoming.path("project"), request,
                                               incoming.context.settings.projects_root));
        return list_answer(found, write_translated);
    });
}

Result<http::Response> tree(Incoming& incoming) {
    Parameters parameters(incoming.http);
    folder::TreeRequest request;
    request.entity_id = parameters.id("entity_id");
    request.data_type = parameters.choice("data_type", folder::data_types()).value_or("published");
    request.platform = parameters.choice("platform", folder::platforms()).value_or("");
    request.after = parameters.text("cursor", 64).value_or("");
    request.limit = static_cast<std::size_t>(parameters.integer("limit", 1, 1000).value_or(100));
    BIFROST_CHECK(parameters.finish());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found,
                       folder::folder_tree(tx, incoming.actor, incoming.path("project"), request,
                                           incoming.context.settings.projects_root));
        return answer(found);
    });
}

} // namespace

void add_folder_routes(http::Router& router, Context& context) {
    const std::string folders = "/api/v1/projects/{project}/folders";
    const auto add = [&](std::string name, std::string id, Operation operation) {
        OperationSpec spec{Method::post, folders + "/" + std::move(name), std::move(id), Body::json};
        spec.most_body = kMostBody;
        add_operation(router, context, std::move(spec), std::move(operation));
    };
    add("resolve", "resolve_folders", resolve);
    add("parse", "parse_folders", parse);
    add("translate", "translate_folders", translate);
    add_operation(router, context, {Method::get, folders + "/tree", "get_folder_tree"}, tree);
}

} // namespace bifrost::api
