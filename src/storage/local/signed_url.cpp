#include "storage/local/signed_url.hpp"

#include "core/hash.hpp"

namespace bifrost::storage {
namespace {

constexpr std::size_t kLongestQuery = 8192;

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '~';
}

void append_encoded(std::string& out, std::string_view text) {
    for (const char c : text) {
        if (is_unreserved(c) || c == '/') {
            out += c;
        } else {
            constexpr char kDigits[] = "0123456789ABCDEF";
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += kDigits[byte >> 4];
            out += kDigits[byte & 0x0f];
        }
    }
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<std::string> decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const int high = hex_digit(text[i + 1]);
        const int low = hex_digit(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

std::optional<QueryParameters> parse_query(std::string_view query) {
    if (query.size() > kLongestQuery) return std::nullopt;
    QueryParameters parameters;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        auto name = decode(pair.substr(0, equals));
        auto value = decode(pair.substr(equals + 1));
        if (!name || !value) return std::nullopt;
        if (!parameters.emplace(std::move(*name), std::move(*value)).second) return std::nullopt;
    }
    return parameters;
}

/// Lengths stand before names and values, so that no two sets of parameters give one message.
std::string signature_of(std::string_view signing_key, std::string_view method, std::string_view path,
                         const QueryParameters& parameters) {
    std::string message = "bifrost storage url 1\n";
    const auto append = [&message](std::string_view part) {
        message += std::to_string(part.size());
        message += ':';
        message += part;
        message += '\n';
    };
    append(method);
    append(path);
    for (const auto& [name, value] : parameters) {
        append(name);
        append(value);
    }
    return base64url(hmac_sha256(signing_key, message));
}

} // namespace

std::string sign_url(std::string_view signing_key, std::string_view method, std::string_view path,
                     QueryParameters parameters, Timestamp expires_at) {
    parameters["expires"] = std::to_string(expires_at.micros / 1'000'000);
    std::string url(path);
    char separator = '?';
    for (const auto& [name, value] : parameters) {
        url += separator;
        append_encoded(url, name);
        url += '=';
        append_encoded(url, value);
        separator = '&';
    }
    url += "&signature=";
    url += signature_of(signing_key, method, path, parameters);
    return url;
}

Result<QueryParameters> check_url(std::string_view signing_key, std::string_view method,
                                  std::string_view path, std::string_view query, Timestamp now) {
    const Error altered{Errc::forbidden, "This URL isn't one that the server signed; ask for a new one."};
    auto parameters = parse_query(query);
    if (!parameters) return altered;
    const auto signature = parameters->extract("signature");
    if (!signature) return altered;
    if (!equal_constant_time(signature.mapped(), signature_of(signing_key, method, path, *parameters)))
        return altered;
    const auto expires = parse_decimal((*parameters)["expires"]);
    if (!expires) return altered;
    if (now.micros / 1'000'000 >= *expires) {
        return Error{Errc::forbidden, "This signed URL has expired; ask for a new one."};
    }
    return std::move(*parameters);
}

} // namespace bifrost::storage
