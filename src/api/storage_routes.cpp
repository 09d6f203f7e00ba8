// The signed addresses of the local store: parts come in as streams, objects go out by sendfile. Nobody signs
// in here; the signature in the query is the permission.

#include <charconv>

#include <unistd.h>

#include "api/problem.hpp"
#include "api/routes.hpp"
#include "storage/encoding.hpp"
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

struct Range {
    std::int64_t from = 0;
    std::int64_t length = 0;
};

std::optional<std::int64_t> number_of(std::string_view text) {
    std::int64_t number = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || end.ec != std::errc{} || end.ptr != text.data() + text.size() || number < 0)
        return std::nullopt;
    return number;
}

/// RFC 9110, 14.1.2: one range of bytes. Nothing when there is none, or what may be ignored (other units,
/// several ranges); range_not_satisfiable when it begins behind the end.
Result<std::optional<Range>> parse_range(const http::Request& request, std::int64_t size,
                                         std::string_view etag) {
    const std::optional<Range> whole;
    const auto header = request.header("range");
    if (!header || !header->starts_with("bytes=")) return whole;
    if (const auto condition = request.header("if-range"); condition && *condition != etag) return whole;
    const std::string_view range = header->substr(6);
    const std::size_t dash = range.find('-');
    if (dash == std::string_view::npos || range.find(',') != std::string_view::npos) return whole;
    const auto first = number_of(range.substr(0, dash));
    const auto last = number_of(range.substr(dash + 1));
    if ((dash > 0 && !first) || (dash + 1 < range.size() && !last) || (!first && !last)) return whole;
    if (first && last && *last < *first) return whole;
    Range found;
    if (first) {
        found.from = *first;
        found.length = std::min(last.value_or(size - 1), size - 1) - *first + 1;
    } else {
        found.length = std::min(*last, size);
        found.from = size - found.length;
    }
    if (found.length <= 0)
        return Error{Errc::range_not_satisfiable,
                     "The range begins behind the end; the object has " + std::to_string(size) + " bytes."};
    return std::optional(found);
}

http::Response send_object(const http::Request& request, storage::OpenedObject* object) {
    const std::string_view path = std::string_view(request.path).substr(kPrefix.size());
    const std::string etag = "\"" + std::string(path.substr(path.rfind('/') + 1)) + "\"";
    http::Response response;
    response.header("ETag", etag);
    response.header("Cache-Control", "private, max-age=3600, immutable");
    if (const auto known = request.header("if-none-match"); known && (*known == etag || *known == "*")) {
        ::close(object->descriptor);
        response.status = 304;
        response.content_type.clear();
        return response;
    }
    const auto range = parse_range(request, object->size, etag);
    if (!range) {
        ::close(object->descriptor);
        http::Response refused = problem(range.error(), request);
        refused.header("Content-Range", "bytes */" + std::to_string(object->size));
        return refused;
    }
    const Range sent = range->value_or(Range{0, object->size});
    if (*range) {
        response.status = 206;
        response.header("Content-Range", "bytes " + std::to_string(sent.from) + "-" +
                                             std::to_string(sent.from + sent.length - 1) + "/" +
                                             std::to_string(object->size));
    }
    response.content_type = object->media_type.empty() ? "application/octet-stream" : object->media_type;
    response.header("Accept-Ranges", "bytes");
    response.header("X-Content-Type-Options", "nosniff");
    response.header("Content-Security-Policy", "sandbox; default-src 'none'");
    if (!object->file_name.empty())
        response.header("Content-Disposition",
                        storage::content_disposition(object->file_name, response.content_type));
    response.file = http::FileBody{object->descriptor, sent.from, sent.length};
    return response;
}

http::Response get_object(const http::Request& request, storage::LocalStore& store) {
    const std::string_view path = std::string_view(request.path).substr(kPrefix.size());
    auto object = store.open_signed(path, request.query);
    if (!object) return problem(as_malformed(object.error()), request);
    return send_object(request, &*object);
}

/// Out of the shared cache; who asks for what is there no more is sent to the store.
http::Response get_cached(const http::Request& request, storage::SharedCache& cache,
                          storage::ObjectStore& store) {
    const std::string_view path = std::string_view(request.path).substr(kPrefix.size());
    auto reading = cache.open_signed(path, request.query);
    if (!reading) return problem(as_malformed(reading.error()), request);
    if (reading->object.descriptor >= 0) return send_object(request, &reading->object);
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
