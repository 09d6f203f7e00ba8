#include <chrono>

#include "api/answer.hpp"
#include "api/embedded.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "core/metrics.hpp"

namespace bifrost::api {
namespace {

using http::Method;

http::Response alive(std::string_view status, int code) {
    http::Response response;
    response.status = code;
    json::ObjectWriter(response.body).member("status", status);
    return response;
}

/// What the last look at a part said, for alerts: probes look every few seconds.
Result<> look_at(const HealthCheck& part) {
    auto outcome = part.check();
    metrics::gauge("bifrost_part_up", "1 when a part that the process needs answered at the last look",
                   {{"part", part.name}})
        .set(outcome ? 1 : 0);
    return outcome;
}

Result<http::Response> health(Incoming& incoming) {
    std::string checks;
    bool down = false;
    bool degraded = false;
    {
        json::ObjectWriter object(checks);
        for (const auto& check : incoming.context.health_checks) {
            const auto start = std::chrono::steady_clock::now();
            const auto outcome = look_at(check);
            const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
            if (!outcome) (check.required ? down : degraded) = true;
            std::string one;
            json::ObjectWriter(one)
                .member("status", outcome          ? "ok"
                                  : check.required ? "down"
                                                   : "degraded")
                .member("detail", outcome                                  ? std::string("answers")
                                  : outcome.error().code == Errc::internal ? "does not work; see the log"
                                                                           : outcome.error().detail)
                .member("latency_ms", took.count());
            object.member(check.name, json::Raw{one});
        }
    }
    http::Response response;
    response.status = down ? 503 : 200;
    json::ObjectWriter(response.body)
        .member("status", down       ? "down"
                          : degraded ? "degraded"
                                     : "ok")
        .member("version", incoming.context.settings.version)
        .member("checks", json::Raw{checks});
    response.header("Cache-Control", "no-store");
    return response;
}

Result<http::Response> livez(Incoming& incoming) {
    if (!incoming.context.alive()) return alive("stuck", 503);
    return alive("ok", 200);
}

Result<http::Response> readyz(Incoming& incoming) {
    if (incoming.context.draining()) return alive("draining", 503);
    for (const auto& check : incoming.context.health_checks)
        if (check.required && !look_at(check)) return alive("down", 503);
    return alive("ok", 200);
}

Result<http::Response> metrics_text(Incoming&) {
    http::Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = metrics::exposition();
    return response;
}

/// On the port that everybody reaches: only where there is no other.
Result<http::Response> public_metrics(Incoming& incoming) {
    if (incoming.context.settings.metrics_on_main_port) return metrics_text(incoming);
    return Error{Errc::not_found, "There is nothing at this address."};
}

Result<http::Response> version(Incoming& incoming) {
    http::Response response;
    json::ObjectWriter(response.body)
        .member("version", incoming.context.settings.version)
        .member("api", "v1");
    return response;
}

Result<http::Response> client_config(Incoming& incoming) {
    http::Response response;
    json::ObjectWriter(response.body)
        .member("name", "Bifrost")
        .member("version", incoming.context.settings.version)
        .member("api", "/api/v1")
        .member("sign_in", std::vector<std::string>{"password"});
    return response;
}

Result<http::Response> openapi(Incoming&) {
    http::Response response;
    for (const auto& file : embedded_openapi()) {
        if (file.path != "openapi.json") continue;
        response.body = file.bytes;
        response.header("ETag", std::string(file.etag));
        return response;
    }
    return Error{Errc::internal, "The program was built without its OpenAPI document."};
}

} // namespace

void add_health_routes(http::Router& router, Context& context) {
    const auto add = [&](std::string pattern, std::string id, Operation operation,
                         http::Lane lane = http::Lane::fast) {
        add_operation(router, context,
                      {Method::get, std::move(pattern), std::move(id), Body::none, SignIn::none, lane},
                      std::move(operation));
    };
    add("/health", "health", health, http::Lane::slow);
    add("/livez", "livez", livez);
    add("/readyz", "readyz", readyz, http::Lane::slow);
    add("/metrics", "metrics", public_metrics, http::Lane::slow);
    add("/version", "version", version);
    add("/config.json", "client_config", client_config);
    add("/api/v1/openapi.json", "openapi", openapi);
}

http::Router make_operations_router(Context& context) {
    http::Router router;
    const auto add = [&](std::string pattern, std::string id, Operation operation,
                         http::Lane lane = http::Lane::slow) {
        add_operation(router, context,
                      {Method::get, std::move(pattern), std::move(id), Body::none, SignIn::none, lane},
                      std::move(operation));
    };
    add("/health", "health", health);
    add("/livez", "livez", livez, http::Lane::fast);
    add("/readyz", "readyz", readyz);
    add("/metrics", "metrics", metrics_text);
    add("/version", "version", version, http::Lane::fast);
    return router;
}

} // namespace bifrost::api
