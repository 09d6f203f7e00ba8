#include "services/publish/file.hpp"

#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "storage/shared_files/shared_cache.hpp"

namespace bifrost::api {
namespace {

using http::Method;

constexpr std::size_t kMostBody = 4 * 1024 * 1024; // a page of 1,000 files with long paths

Result<http::Response> list(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto request = parameters.list();
    const auto representation = parameters.text("representation", 64).value_or("");
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto page, publish::list_files(tx, incoming.actor, id, request, representation));
        return page_answer(page);
    });
}

Result<http::Response> add_to_draft(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto added, publish::add_files(call, id, incoming.body));
        return data_answer(added, 201);
    });
}

Result<http::Response> get(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto file, publish::get_file(tx, incoming.actor, id));
        return answer(file);
    });
}

Result<http::Response> download(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto stored, incoming.context.database.read([&](database::Tx& tx) {
        return publish::get_stored_file(tx, incoming.actor, id);
    }));
    storage::DownloadOptions options;
    options.file_name = stored.file.path.substr(stored.file.path.rfind('/') + 1);
    options.media_type = stored.file.media_type;
    std::optional<storage::SignedUrl> cached;
    if (auto* cache = incoming.context.shared_cache; cache != nullptr && stored.file.sha256)
        cached = cache->sign_download({*stored.file.sha256, stored.file.size, stored.key}, options);
    storage::SignedUrl url;
    if (cached) {
        url = std::move(*cached);
    } else {
        BIFROST_ASSIGN(url, incoming.context.store.sign_download(stored.key, options));
    }
    http::Response response;
    response.status = 302;
    response.content_type.clear();
    response.header("Location", std::move(url.url));
    // Shorter than the signature lives, so that nobody is sent to a dead address.
    response.header("Cache-Control", "private, max-age=" + std::to_string(options.valid_seconds / 2));
    return response;
}

} // namespace

void add_file_routes(http::Router& router, Context& context) {
    const auto add = [&](Method method, std::string pattern, std::string id, Operation operation,
                         Body body = Body::none) {
        OperationSpec spec{method, std::move(pattern), std::move(id), body};
        spec.most_body = kMostBody;
        add_operation(router, context, std::move(spec), std::move(operation));
    };
    add(Method::get, "/api/v1/versions/{id}/files", "list_files", list);
    add(Method::post, "/api/v1/versions/{id}/files", "add_files", add_to_draft, Body::json);
    add(Method::get, "/api/v1/files/{id}", "get_file", get);
    add(Method::get, "/api/v1/files/{id}/download", "download_file", download);
}

} // namespace bifrost::api
