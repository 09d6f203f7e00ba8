#include "client/transport/api.hpp"

#include <boost/json/serialize.hpp>

#include "client/transport/json_access.hpp"
#include "client/transport/problem.hpp"
#include "core/json_reader.hpp"
#include "core/random.hpp"

namespace bifrost::client {
namespace {

constexpr std::string_view kBase = "/api/v1";
// Writes over thousands of files may take their time on a slow disk.
constexpr std::chrono::seconds kWriteDeadline{300};

} // namespace

std::string Api::absolute(std::string_view url) const {
    if (url.find("://") != std::string_view::npos) return std::string(url);
    return site_.url + (url.starts_with('/') ? "" : "/") + std::string(url);
}

std::vector<std::pair<std::string, std::string>> Api::headers_for(std::string_view url) const {
    if (site_.token.empty() || !url.starts_with(site_.url + "/")) return {};
    return {{"Authorization", "Bearer " + site_.token}};
}

HttpRequest Api::request(std::string method, std::string_view path, const Query& query) const {
    HttpRequest request;
    request.method = std::move(method);
    request.url = site_.url;
    request.url += kBase;
    request.url += path;
    char mark = request.url.find('?') == std::string::npos ? '?' : '&';
    for (const auto& [name, value] : query) {
        request.url += mark;
        request.url += name + "=" + percent_encode(value);
        mark = '&';
    }
    request.headers = headers_for(request.url);
    request.headers.emplace_back("Accept", "application/json");
    return request;
}

void Api::say_seen(HttpRequest& request) {
    const std::lock_guard lock(mutex_);
    if (!seen_.empty()) request.headers.emplace_back("X-Bifrost-Consistency", seen_);
}

Result<Answer> Api::send(HttpRequest request) {
    if (!request.body.empty() && request.content_type.empty()) request.content_type = "application/json";
    if (request.method == "GET") say_seen(request);
    BIFROST_ASSIGN(const HttpResponse response, http_.send(request));
    if (const auto seen = response.header("x-bifrost-consistency"); !seen.empty()) {
        const std::lock_guard lock(mutex_);
        seen_ = seen;
        has_written_ = true;
    }
    if (!response.ok()) return problem_of(response, site_.url);
    Answer answer{response.status, nullptr, std::string(response.header("etag"))};
    if (response.body.empty()) return answer;
    auto body = json::parse(response.body);
    if (!body)
        return Error{Errc::internal,
                     site_.url + " answered with something that is not JSON; is it a Bifrost server?"};
    answer.body = std::move(*body);
    return answer;
}

Result<Answer> Api::get(std::string_view path, const Query& query) {
    return send(request("GET", path, query));
}

Result<std::string> Api::get_text(std::string_view path, const Query& query) {
    HttpRequest sent = request("GET", path, query);
    sent.headers.back().second = "*/*";
    say_seen(sent);
    BIFROST_ASSIGN(HttpResponse response, http_.send(sent));
    if (!response.ok()) return problem_of(response, site_.url);
    return std::move(response.body);
}

Result<Answer> Api::post_file(std::string_view path, const Query& query, std::string bytes) {
    HttpRequest sent = request("POST", path, query);
    sent.body = std::move(bytes);
    sent.content_type = "application/octet-stream";
    sent.deadline = kWriteDeadline;
    sent.headers.emplace_back("Idempotency-Key", random_token(18));
    return send(std::move(sent));
}

Result<Answer> Api::post(std::string_view path, const boost::json::value& body, Repeat repeat) {
    HttpRequest sent = request("POST", path);
    if (!body.is_null()) sent.body = boost::json::serialize(body);
    sent.deadline = kWriteDeadline;
    sent.repeatable = repeat != Repeat::never;
    if (repeat == Repeat::with_key) sent.headers.emplace_back("Idempotency-Key", random_token(18));
    return send(std::move(sent));
}

Result<Answer> Api::put(std::string_view path, const boost::json::value& body, std::string_view if_match) {
    HttpRequest sent = request("PUT", path);
    sent.body = boost::json::serialize(body);
    if (!if_match.empty()) sent.headers.emplace_back("If-Match", if_match);
    return send(std::move(sent));
}

Result<Answer> Api::patch(std::string_view path, const boost::json::value& body, std::string_view if_match) {
    HttpRequest sent = request("PATCH", path);
    sent.body = boost::json::serialize(body);
    sent.content_type = "application/merge-patch+json";
    // A merge patch says what shall be, so that sending it twice ends in the same state.
    if (!if_match.empty()) sent.headers.emplace_back("If-Match", if_match);
    return send(std::move(sent));
}

Result<Answer> Api::remove(std::string_view path) { return send(request("DELETE", path)); }

Result<> Api::list(std::string_view path, Query query,
                   const std::function<bool(const boost::json::value&)>& each) {
    const std::size_t own = query.size();
    while (true) {
        BIFROST_ASSIGN(const Answer page, get(path, query));
        for (const auto& item : array_of(page.body, "data"))
            if (!each(item)) return {};
        const auto cursor = find_text(page.body, "next_cursor");
        if (!cursor) return {};
        query.resize(own);
        query.emplace_back("cursor", *cursor);
    }
}

} // namespace bifrost::client
