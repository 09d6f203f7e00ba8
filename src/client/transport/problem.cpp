#include "client/transport/problem.hpp"

#include <boost/json/serialize.hpp>

#include "client/transport/json_access.hpp"
#include "core/json_reader.hpp"

namespace bifrost::client {
namespace {

Errc code_of(int status) {
    switch (status) {
    case 400:
        return Errc::malformed;
    case 401:
        return Errc::unauthenticated;
    case 403:
        return Errc::forbidden;
    case 404:
        return Errc::not_found;
    case 405:
        return Errc::method_not_allowed;
    case 406:
        return Errc::not_acceptable;
    case 409:
        return Errc::conflict;
    case 410:
        return Errc::gone;
    case 412:
        return Errc::stale_revision;
    case 413:
        return Errc::too_large;
    case 415:
        return Errc::unsupported_media;
    case 416:
        return Errc::range_not_satisfiable;
    case 422:
        return Errc::invalid;
    case 428:
        return Errc::precondition_required;
    case 429:
        return Errc::too_many_requests;
    case 503:
        return Errc::unavailable;
    case 507:
        return Errc::out_of_space;
    default:
        return Errc::internal;
    }
}

std::string_view advice(int status) {
    switch (status) {
    case 401:
        return " Sign in with `bifrost login URL`, or set BIFROST_TOKEN.";
    case 429:
    case 503:
        return " Try again in a moment.";
    default:
        return "";
    }
}

} // namespace

Error problem_of(const HttpResponse& response, const std::string& url) {
    Error error{code_of(response.status), ""};
    if (response.header("content-type").starts_with("application/problem+json")) {
        if (const auto body = json::parse(response.body)) {
            error.detail = text_or(*body, "detail", text_or(*body, "title", ""));
            for (const auto& item : array_of(*body, "errors"))
                error.fields.push_back({text_or(item, "pointer", ""), text_or(item, "detail", "")});
            if (const auto* object = body->if_object())
                for (const auto& member : *object) {
                    const std::string_view name{member.key().data(), member.key().size()};
                    if (name != "detail" && name != "title" && name != "errors" && name != "type" &&
                        name != "status")
                        error.members.emplace_back(name, boost::json::serialize(member.value()));
                }
        }
    }
    if (error.detail.empty())
        error.detail =
            "The server at " + url + " answered with status " + std::to_string(response.status) + ".";
    error.detail += advice(response.status);
    return error;
}

std::string one_line(const Error& error) {
    std::string line = error.detail;
    std::string fields;
    for (const auto& field : error.fields) {
        if (!fields.empty()) fields += "; ";
        fields += field.pointer.empty() ? field.detail : field.pointer + ": " + field.detail;
    }
    if (!fields.empty()) line += " (" + fields + ")";
    for (const auto& [name, json] : error.members)
        if (name == "open" || name == "operation" || name == "cycle") line += " " + name + ": " + json + ".";
    for (char& c : line)
        if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    return line;
}

} // namespace bifrost::client
