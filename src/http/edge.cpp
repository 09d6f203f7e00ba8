#include "http/edge.hpp"

#include "core/log.hpp"
#include "http/response_head.hpp"

namespace bifrost::http {

Edge::Edge(ServerOptions o, Router r, Handler f, ErrorResponder e, Observer w)
    : options(std::move(o)), router(std::move(r)), fallback(std::move(f)), on_error(std::move(e)),
      observer(std::move(w)), cross_origin(options.allowed_origins), bodies(options.most_buffered_bytes) {
    lanes[static_cast<std::size_t>(Lane::fast)] =
        std::make_unique<LaneThreads>("fast", options.fast_threads, options.most_queued);
    lanes[static_cast<std::size_t>(Lane::slow)] =
        std::make_unique<LaneThreads>("slow", options.slow_threads, options.most_queued);
    lanes[static_cast<std::size_t>(Lane::password)] =
        std::make_unique<LaneThreads>("password", options.password_threads, options.most_queued);
    lanes[static_cast<std::size_t>(Lane::file)] =
        std::make_unique<LaneThreads>("file", options.file_threads, options.most_queued);
}

Response Edge::answer_to(const Error& error, const Request& request) const noexcept {
    try {
        Response response = on_error(error, request);
        if (response.status == 503 && !has_header(response, "retry-after"))
            response.header("Retry-After", "1");
        return response;
    } catch (const std::exception& bug) {
        log::error("The error responder threw an exception.",
                   {{"request_id", request.request_id}, {"what", bug.what()}});
    } catch (...) {
        log::error("The error responder threw something unknown.", {{"request_id", request.request_id}});
    }
    return plain_problem(500, "Something is broken in the server; its log knows more under this request id.",
                         request);
}

Response Edge::plain_problem(int status, std::string_view detail, const Request& request) {
    Response response;
    response.status = status;
    response.content_type = "application/problem+json";
    response.body = "{\"type\":\"about:blank\",\"title\":\"";
    response.body += reason(status);
    response.body += "\",\"status\":" + std::to_string(status) + ",\"detail\":\"";
    response.body += detail; // sentences of this room: nothing to escape
    // What the head asked for may not have been read; the site itself is what answers.
    response.body += "\",\"instance\":\"/\",\"request_id\":\"" + request.request_id + "\"}";
    response.close = true;
    return response;
}

void Edge::connection_closed() {
    if (connections.fetch_sub(1) != 1) return;
    const std::lock_guard lock(quiet_mutex_);
    quiet_.notify_all();
}

void Edge::wait_until_quiet(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(quiet_mutex_);
    quiet_.wait_until(lock, deadline, [this] { return connections.load() == 0; });
}

} // namespace bifrost::http
