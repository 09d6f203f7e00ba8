#include "client/health.hpp"

#include "client/transport/http_client.hpp"

namespace bifrost::client {

Result<std::string> ask_health(const std::string& url) {
    // A container's check wants the answer of now, not of a later attempt.
    HttpClient http(RetryPolicy{1, {}, {}});
    HttpRequest request;
    request.url = url + "/health";
    request.deadline = std::chrono::seconds(5);
    BIFROST_ASSIGN(const auto response, http.send(request));
    if (response.ok()) return response.body;
    return Error{Errc::unavailable, "The server at " + url + " is not well: " + response.body};
}

} // namespace bifrost::client
