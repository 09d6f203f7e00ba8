// The signed addresses of the local store: parts come in as streams, objects go out by sendfile. Nobody signs
// in here; the signature in the query is the permission.

#include <charconv>

#include "api/problem.hpp"
#include "api/routes.hpp"
#include "api/stored_bytes.hpp"
#include "storage/shared_files/shared_cache.hpp"

namespace bifrost::api {
namespace {

constexpr std::string_view kPrefix = "/api/v1/storage";
/// More than any part: the size of a part is signed, and checked before the first byte.
constexpr std::size_t kMostPart = std::size_t{1} << 43;

/// What isn't as it was signed is malformed at these addresses, as in S3; there is no document whose fields
/// could be bad.
Error as_malformed(Error error) {
    if (error.code == Errc::invalid) error.code = Errc::malformed;
    return error;
}

std::int64_t content_length(const http::Request& request) {
    const auto header = request.header("content-length");
    std::int64_t length = -1;
    if (header) std::from_chars(header->data(), header->data() + header->size(), length);
    return length;
}

class PartSink : public http::BodySink {
  public:
    PartSink(std::unique_ptr<storage::PartWriter> writer, http::Request request)
        : writer_(std::move(writer)), request_(std::move(request)) {}

    Result<> write(const char* data, std::size_t size) override {
        auto written = writer_->write(data, size);
        if (!written) return as_malformed(written.error());
        return {};
    }
    http::Response finish() override {
        const auto etag = writer_->finish();
        if (!etag) return problem(as_malformed(etag.error()), request_);
        http::Response response;
        response.content_type.clear();
        response.header("ETag", "\"" + *etag + "\"");
        return response;
    }

  private:
    std::unique_ptr<storage::PartWriter> writer_;
    http::Request request_; ///< its head, for problems
};

http::StreamDecision put_part(const http::Request& request, storage::LocalStore& store) {
    http::StreamDecision decision;
    const std::string_view path = std::string_view(request.path).substr(kPrefix.size());
    auto writer = store.receive_part(path, request.query, content_length(request));
    if (writer)
        decision.sink = std::make_unique<PartSink>(std::move(*writer), request);
    else
        decision.response = problem(as_malformed(writer.error()), request);
    return decision;
}

http::Response send_signed(const http::Request& request, const storage::OpenedObject& object) {
    const std::string_view path = std::string_view(request.path).substr(kPrefix.size());
    const std::string etag = "\"" + std::string(path.substr(path.rfind('/') + 1)) + "\"";
    return send_object(request, object, {etag, "private, max-age=3600, immutable"});
}

/// Out of the shared cache; who asks for what is there no more is sent to the store.
http::Response get_cached(const http::Request& request, storage::SharedCache& cache,
                          storage::ObjectStore& store) {
    const std::string_view path = std::string_view(request.path).substr(kPrefix.size());
    auto reading = cache.open_signed(path, request.query);
    if (!reading) return problem(as_malformed(reading.error()), request);
    if (reading->object.descriptor >= 0) return send_signed(request, reading->object);
    storage::DownloadOptions options;
    options.file_name = reading->object.file_name;
    options.media_type = reading->object.media_type;
    auto url = store.sign_download(reading->key, options);
    if (!url) return problem(url.error(), request);
    http::Response response;
    response.status = 302;
    response.content_type.clear();
    response.header("Location", std::move(url->url));
    response.header("Cache-Control", "no-store");
    return response;
}

http::Response get_object(const http::Request& request, storage::LocalStore& store) {
    const std::string_view path = std::string_view(request.path).substr(kPrefix.size());
    auto object = store.open_signed(path, request.query);
    if (!object) return problem(as_malformed(object.error()), request);
    return send_signed(request, *object);
}

/// Sites whose bytes lie in another store never sign such an address.
Error elsewhere() { return Error{Errc::not_found, "This site keeps its bytes elsewhere."}; }

} // namespace

void add_storage_routes(http::Router& router, Context& context) {
    http::Route put;
    put.method = http::Method::put;
    put.pattern = "/api/v1/storage/uploads/{upload}/{number}";
    put.operation_id = "put_part";
    put.stream = [&context](const http::Request& request) {
        if (context.local_store == nullptr)
            return http::StreamDecision{nullptr, problem(elsewhere(), request)};
        return put_part(request, *context.local_store);
    };
    put.lane = http::Lane::file;
    put.most_body = kMostPart;
    router.add(std::move(put));
    http::Route get;
    get.method = http::Method::get;
    get.pattern = "/api/v1/storage/objects/{key...}";
    get.operation_id = "get_object";
    get.handler = [&context](const http::Request& request) {
        const std::string_view path = std::string_view(request.path).substr(kPrefix.size());
        if (context.shared_cache != nullptr && storage::SharedCache::is_cache_path(path))
            return get_cached(request, *context.shared_cache, context.store);
        if (context.local_store == nullptr) return problem(elsewhere(), request);
        return get_object(request, *context.local_store);
    };
    get.lane = http::Lane::file;
    router.add(std::move(get));
}

} // namespace bifrost::api
