#include "api/problem.hpp"

#include "core/json_writer.hpp"
#include "core/log.hpp"

namespace bifrost::api {

int status_of(Errc code) {
    switch (code) {
    case Errc::malformed:
        return 400;
    case Errc::unauthenticated:
        return 401;
    case Errc::forbidden:
        return 403;
    case Errc::not_found:
        return 404;
    case Errc::method_not_allowed:
        return 405;
    case Errc::not_acceptable:
        return 406;
    case Errc::conflict:
        return 409;
    case Errc::gone:
        return 410;
    case Errc::stale_revision:
        return 412;
    case Errc::too_large:
        return 413;
    case Errc::unsupported_media:
        return 415;
    case Errc::range_not_satisfiable:
        return 416;
    case Errc::invalid:
        return 422;
    case Errc::precondition_required:
        return 428;
    case Errc::too_many_requests:
        return 429;
    case Errc::internal:
        return 500;
    case Errc::unavailable:
        return 503;
    case Errc::out_of_space:
        return 507;
    }
    return 500;
}

std::string_view title_of(int status) {
    switch (status) {
    case 400:
        return "Malformed request";
    case 401:
        return "Not signed in";
    case 403:
        return "Not permitted";
    case 404:
        return "Not found";
    case 405:
        return "Method not allowed";
    case 406:
        return "Not acceptable";
    case 408:
        return "Request timed out";
    case 409:
        return "Conflict";
    case 410:
        return "Gone";
    case 412:
        return "Changed meanwhile";
    case 413:
        return "Too large";
    case 415:
        return "Unsupported media type";
    case 416:
        return "Range not satisfiable";
    case 422:
        return "Not acceptable as it is";
    case 428:
        return "Precondition required";
    case 429:
        return "Too many requests";
    case 431:
        return "Header too large";
    case 503:
        return "Unavailable";
    case 507:
        return "Out of space";
    default:
        return "Internal error";
    }
}

http::Response problem(const Error& error, const http::Request& request) {
    const int status = status_of(error.code);
    std::string detail = error.detail;
    if (error.code == Errc::internal) {
        log::error("internal error",
                   {{"request_id", request.request_id}, {"path", request.path}, {"detail", error.detail}});
        detail = "Something went wrong inside. The log of the server tells more under this request id.";
    }
    // A conflict of the database that no service turned into a sentence.
    if (error.code == Errc::conflict && !error.constraint.empty()) {
        log::warning("unnamed conflict",
                     {{"request_id", request.request_id}, {"constraint", error.constraint}});
        detail = "The change clashes with what is stored. Read it again and repeat the change.";
    }
    http::Response response;
    response.status = status;
    response.content_type = "application/problem+json";
    {
        json::ObjectWriter object(response.body);
        object.member("type", "about:blank")
            .member("title", title_of(status))
            .member("status", status)
            .member("detail", detail)
            .member("instance", request.path)
            .member("request_id", request.request_id);
        if (!error.fields.empty()) {
            std::string list = "[";
            for (const auto& field : error.fields) {
                if (list.size() > 1) list += ',';
                json::ObjectWriter(list).member("pointer", field.pointer).member("detail", field.detail);
            }
            object.member("errors", json::Raw{list + "]"});
        }
        for (const auto& [name, value] : error.members) object.member(name, json::Raw{value});
    }
    if (status == 401) response.header("WWW-Authenticate", "Bearer realm=\"bifrost\"");
    const int retry_after =
        error.retry_after_seconds > 0 ? error.retry_after_seconds : (status == 503 || status == 429 ? 1 : 0);
    if (retry_after > 0) response.header("Retry-After", std::to_string(retry_after));
    return response;
}

} // namespace bifrost::api
