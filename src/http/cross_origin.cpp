#include "http/cross_origin.hpp"

#include <algorithm>

namespace bifrost::http {
namespace {

constexpr std::string_view kMethods = "GET, HEAD, POST, PUT, PATCH, DELETE";
constexpr std::string_view kAskedHeaders =
    "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, "
    "Last-Event-ID, Range, X-CSRF-Token, X-Request-Id, X-Bifrost-Consistency, "
    "traceparent";
constexpr std::string_view kShownHeaders = "ETag, Location, Retry-After, Content-Range, Content-Disposition, "
                                           "X-Request-Id, X-Bifrost-Consistency";

} // namespace

bool CrossOrigin::allows(std::string_view origin) const {
    return std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

bool CrossOrigin::is_preflight(const Request& request) const {
    return request.method == Method::options && !origins_.empty() && request.header("origin") &&
           request.header("access-control-request-method");
}

Response CrossOrigin::answer_preflight(const Request& request) const {
    Response response;
    response.status = 204;
    response.content_type.clear();
    if (!allows(*request.header("origin"))) return response;
    response.header("Access-Control-Allow-Methods", std::string(kMethods))
        .header("Access-Control-Allow-Headers", std::string(kAskedHeaders))
        .header("Access-Control-Max-Age", "7200");
    return response;
}

void CrossOrigin::permit(const Request& request, Response& response) const {
    if (origins_.empty()) return;
    response.header("Vary", "Origin"); // an answer kept for one origin must not serve another
    const auto origin = request.header("origin");
    if (!origin || !allows(*origin)) return;
    response.header("Access-Control-Allow-Origin", std::string(*origin))
        .header("Access-Control-Allow-Credentials", "true")
        .header("Access-Control-Expose-Headers", std::string(kShownHeaders));
}

} // namespace bifrost::http
