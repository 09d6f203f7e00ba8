#include "http/response_head.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "core/log.hpp"

namespace bifrost::http {
namespace {

bool is_token(std::string_view text) {
    if (text.empty()) return false;
    for (const char c : text) {
        const bool good = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                          (c != '\0' && std::strchr("!#$%&'*+-.^_`|~", c) != nullptr);
        if (!good) return false;
    }
    return true;
}

bool same_name(std::string_view name, std::string_view lower_case) {
    if (name.size() != lower_case.size()) return false;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
        if (c != lower_case[i]) return false;
    }
    return true;
}

void append_number(std::string& out, std::int64_t number) {
    std::array<char, 24> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    out.append(text.data(), end);
}

void append_value(std::string& out, std::string_view value) {
    const std::size_t begin = out.size();
    out += value;
    for (std::size_t i = begin; i < out.size(); ++i)
        if (out[i] == '\r' || out[i] == '\n' || out[i] == '\0') out[i] = ' ';
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    append_value(out, value);
    out += "\r\n";
}

bool is_the_edges_own(std::string_view name) {
    for (const std::string_view own :
         {"connection", "transfer-encoding", "content-length", "date", "x-request-id"})
        if (same_name(name, own)) return true;
    return false;
}

} // namespace

std::string_view DateText::now() {
    const std::time_t second = std::time(nullptr);
    if (second == second_ && !text_.empty()) return text_;
    static constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm parts{};
    gmtime_r(&second, &parts);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                  kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                  kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900, parts.tm_hour,
                  parts.tm_min, parts.tm_sec);
    second_ = second;
    text_ = text.data();
    return text_;
}

bool has_no_body(int status) { return status == 204 || status == 304; }

std::string_view reason(int status) {
    switch (status) {
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 202:
        return "Accepted";
    case 203:
        return "Non-Authoritative Information";
    case 204:
        return "No Content";
    case 205:
        return "Reset Content";
    case 206:
        return "Partial Content";
    case 207:
        return "Multi-Status";
    case 300:
        return "Multiple Choices";
    case 301:
        return "Moved Permanently";
    case 302:
        return "Found";
    case 303:
        return "See Other";
    case 304:
        return "Not Modified";
    case 307:
        return "Temporary Redirect";
    case 308:
        return "Permanent Redirect";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 402:
        return "Payment Required";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 406:
        return "Not Acceptable";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 410:
        return "Gone";
    case 411:
        return "Length Required";
    case 412:
        return "Precondition Failed";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 415:
        return "Unsupported Media Type";
    case 416:
        return "Range Not Satisfiable";
    case 417:
        return "Expectation Failed";
    case 421:
        return "Misdirected Request";
    case 422:
        return "Unprocessable Content";
    case 423:
        return "Locked";
    case 424:
        return "Failed Dependency";
    case 426:
        return "Upgrade Required";
    case 428:
        return "Precondition Required";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    case 507:
        return "Insufficient Storage";
    default:
        return "Unknown";
    }
}

bool has_header(const Response& response, std::string_view lower_case_name) {
    for (const auto& [name, value] : response.headers)
        if (same_name(name, lower_case_name)) return true;
    return false;
}

void append_head(std::string& out, const Response& response, const HeadFacts& facts) {
    const bool bodiless = has_no_body(response.status);
    out += "HTTP/1.1 ";
    append_number(out, response.status);
    out += ' ';
    out += reason(response.status);
    out += "\r\nDate: ";
    out += facts.date;
    out += "\r\nX-Request-Id: ";
    out += facts.request_id;
    out += "\r\n";
    bool has_length = false;
    bool has_type = bodiless || response.content_type.empty();
    for (const auto& [name, value] : response.headers) {
        const bool own_length =
            (response.status == 304 || facts.head_only) && same_name(name, "content-length");
        if (own_length && !has_length && !value.empty() &&
            value.find_first_not_of("0123456789") == std::string::npos) {
            has_length = true;
        } else if (is_the_edges_own(name)) {
            continue;
        } else if (!is_token(name)) {
            log::error("A handler gave a header whose name can't be sent; it was left out.",
                       {{"request_id", std::string(facts.request_id)}});
            continue;
        }
        has_type = has_type || same_name(name, "content-type");
        append_line(out, name, value);
    }
    if (!has_type && (facts.length > 0 || has_length || facts.endless))
        append_line(out, "Content-Type", response.content_type);
    if (!has_length && !bodiless && !facts.endless) {
        out += "Content-Length: ";
        append_number(out, facts.length);
        out += "\r\n";
    }
    if (!facts.keep_alive) {
        out += "Connection: close\r\n";
    } else if (facts.http_1_0) {
        out += "Connection: keep-alive\r\n";
    }
    out += "\r\n";
}

} // namespace bifrost::http
