#include "api/stored_bytes.hpp"

#include <algorithm>
#include <charconv>

#include <unistd.h>

#include "api/problem.hpp"
#include "storage/encoding.hpp"

namespace bifrost::api {
namespace {

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

} // namespace

http::Response send_object(const http::Request& request, const storage::OpenedObject& object,
                           const SentAs& as) {
    http::Response response;
    response.header("ETag", as.etag);
    response.header("Cache-Control", as.cache_control);
    if (const auto known = request.header("if-none-match"); known && (*known == as.etag || *known == "*")) {
        ::close(object.descriptor);
        response.status = 304;
        response.content_type.clear();
        return response;
    }
    const auto range = parse_range(request, object.size, as.etag);
    if (!range) {
        ::close(object.descriptor);
        http::Response refused = problem(range.error(), request);
        refused.header("Content-Range", "bytes */" + std::to_string(object.size));
        return refused;
    }
    const Range sent = range->value_or(Range{0, object.size});
    if (*range) {
        response.status = 206;
        response.header("Content-Range", "bytes " + std::to_string(sent.from) + "-" +
                                             std::to_string(sent.from + sent.length - 1) + "/" +
                                             std::to_string(object.size));
    }
    response.content_type = object.media_type.empty() ? "application/octet-stream" : object.media_type;
    response.header("Accept-Ranges", "bytes");
    response.header("X-Content-Type-Options", "nosniff");
    response.header("Content-Security-Policy", "sandbox; default-src 'none'");
    if (!object.file_name.empty())
        response.header("Content-Disposition",
                        storage::content_disposition(object.file_name, response.content_type));
    response.file = http::FileBody{object.descriptor, sent.from, sent.length};
    return response;
}

} // namespace bifrost::api
