// Previews of versions, and the pictures and movies themselves. Addresses hold the hash of the bytes and the
// number of the recipe, so that what stands at one never changes; who may read the bytes may see them.

#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "api/stored_bytes.hpp"
#include "core/hash.hpp"
#include "queue/queue.hpp"
#include "services/publish/preview.hpp"
#include "services/publish/version.hpp"

namespace bifrost::api {
namespace {

using http::Method;

constexpr std::string_view kForEver = "private, max-age=31536000, immutable";
constexpr std::int64_t kWidest = 100'000;
constexpr std::int64_t kMostRecipe = 1'000'000;

Error no_such_preview() { return {Errc::not_found, "There is no such preview."}; }

Result<publish::PreviewAddress> address_of(const Incoming& incoming) {
    publish::PreviewAddress address{incoming.path("hash"), 0};
    if (!is_sha256_hex(address.hash)) return no_such_preview();
    for (const char c : incoming.path("recipe")) {
        if (c < '0' || c > '9' || address.recipe > kMostRecipe) return no_such_preview();
        address.recipe = address.recipe * 10 + (c - '0');
    }
    return address;
}

Result<http::Response> list(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto request = parameters.list();
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto page, publish::list_previews(tx, incoming.actor, id, request));
        return page_answer(page);
    });
}

Result<http::Response> remake(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    json::Reader reader(incoming.body);
    BIFROST_CHECK(reader.finish());
    auto response = write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_CHECK(publish::remake_previews(call, id));
        BIFROST_ASSIGN(const auto version, publish::get_version(call.tx, call.actor, id));
        http::Response answered = entity_answer(version);
        answered.status = 202;
        return answered;
    });
    if (response && response->status == 202) queue::notify_workers();
    return response;
}

Result<http::Response> get_manifest(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const auto address, address_of(incoming));
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto manifest, publish::get_manifest(tx, incoming.actor, address));
        http::Response response = answer(manifest);
        response.header("Cache-Control", std::string(kForEver));
        return response;
    });
}

/// Sites whose bytes lie in another store send the browser there.
Result<http::Response> redirect(Incoming& incoming, const publish::PreviewOutput& output) {
    storage::DownloadOptions options;
    options.media_type = output.media_type;
    BIFROST_ASSIGN(auto url, incoming.context.store.sign_download(output.key, options));
    http::Response response;
    response.status = 302;
    response.content_type.clear();
    response.header("Location", std::move(url.url));
    response.header("Cache-Control", "private, max-age=" + std::to_string(options.valid_seconds / 2));
    return response;
}

Result<http::Response> get_media(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto width = parameters.integer("width", 1, kWidest);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const auto address, address_of(incoming));
    BIFROST_ASSIGN(const auto output, incoming.context.database.read([&](database::Tx& tx) {
        return publish::get_output(tx, incoming.actor, address, incoming.path("name"),
                                   width.value_or(kWidest));
    }));
    if (incoming.context.local_store == nullptr) return redirect(incoming, output);
    auto object = incoming.context.local_store->open_stored(output.key);
    if (!object) {
        if (object.error().code == Errc::not_found) return no_such_preview();
        return object.error();
    }
    object->media_type = output.media_type;
    const std::string etag = "\"" + address.hash.substr(0, 32) + "-" + std::to_string(address.recipe) + "-" +
                             output.name + "-" + std::to_string(output.width) + "\"";
    return send_object(incoming.http, *object, {etag, std::string(kForEver)});
}

} // namespace

void add_media_routes(http::Router& router, Context& context) {
    const auto add = [&](std::string pattern, std::string id, Operation operation,
                         http::Lane lane = http::Lane::fast) {
        OperationSpec spec{Method::get, std::move(pattern), std::move(id)};
        spec.lane = lane;
        add_operation(router, context, std::move(spec), std::move(operation));
    };
    add("/api/v1/versions/{id}/previews", "list_previews", list);
    OperationSpec spec{Method::post, "/api/v1/versions/{id}/previews", "remake_previews",
                       Body::optional_json};
    add_operation(router, context, std::move(spec), remake);
    add("/api/v1/media/{hash}/{recipe}/manifest", "get_media_manifest", get_manifest);
    add("/api/v1/media/{hash}/{recipe}/{name}", "get_media", get_media, http::Lane::file);
}

} // namespace bifrost::api
