#include "storage/s3/sigv4.hpp"

#include <algorithm>

#include "core/hash.hpp"

namespace bifrost::storage {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '~';
}

/// Without spaces around it, and one where several stood in a row.
std::string trimmed(std::string_view value) {
    std::string out;
    for (const char c : value) {
        if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
        out += c;
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

std::string signed_names(const S3Headers& headers) {
    std::string names;
    for (const auto& [name, value] : headers) {
        if (!names.empty()) names += ';';
        names += name;
    }
    return names;
}

std::string scope_text(const SigningScope& scope, std::string_view date) {
    std::string text(date.substr(0, 8));
    for (const std::string_view word : {std::string_view(scope.region), std::string_view(scope.service),
                                        std::string_view("aws4_request")}) {
        text += '/';
        text += word;
    }
    return text;
}

std::string signature_of(const SigningScope& scope, std::string_view date, const std::string& canonical) {
    std::string text(kAlgorithm);
    text += '\n';
    text += date;
    text += '\n';
    text += scope_text(scope, date);
    text += '\n';
    text += sha256_hex(canonical);
    std::string key = hmac_sha256("AWS4" + scope.keys.secret_key, date.substr(0, 8));
    key = hmac_sha256(key, scope.region);
    key = hmac_sha256(key, scope.service);
    key = hmac_sha256(key, "aws4_request");
    return hex(hmac_sha256(key, text));
}

} // namespace

std::string uri_encode(std::string_view text, bool keep_slash) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (is_unreserved(c) || (c == '/' && keep_slash)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kDigits[byte >> 4];
        out += kDigits[byte & 0x0f];
    }
    return out;
}

std::string canonical_query(const S3Query& query) {
    S3Query encoded;
    encoded.reserve(query.size());
    for (const auto& [name, value] : query)
        encoded.emplace_back(uri_encode(name, false), uri_encode(value, false));
    std::sort(encoded.begin(), encoded.end());
    std::string out;
    for (const auto& [name, value] : encoded) {
        if (!out.empty()) out += '&';
        out += name;
        out += '=';
        out += value;
    }
    return out;
}

std::string canonical_request(const SignableRequest& request, std::string_view payload_hash) {
    std::string out = request.method;
    out += '\n';
    out += uri_encode(request.path, true);
    out += '\n';
    out += canonical_query(request.query);
    out += '\n';
    for (const auto& [name, value] : request.headers) {
        out += name;
        out += ':';
        out += trimmed(value);
        out += '\n';
    }
    out += '\n';
    out += signed_names(request.headers);
    out += '\n';
    out += payload_hash;
    return out;
}

std::string amz_date(Timestamp time) {
    const std::string text = time.text(); // 2026-01-31T12:00:00.123456Z
    std::string date;
    for (const char c : std::string_view(text).substr(0, 19))
        if (c != '-' && c != ':') date += c;
    return date + 'Z';
}

std::string sign_headers(const SigningScope& scope, const SignableRequest& request,
                         std::string_view payload_hash, Timestamp time) {
    const std::string date = amz_date(time);
    std::string out(kAlgorithm);
    out += " Credential=";
    out += scope.keys.access_key;
    out += '/';
    out += scope_text(scope, date);
    out += ", SignedHeaders=";
    out += signed_names(request.headers);
    out += ", Signature=";
    out += signature_of(scope, date, canonical_request(request, payload_hash));
    return out;
}

std::string presign(const SigningScope& scope, SignableRequest request, Timestamp time, int valid_seconds) {
    const std::string date = amz_date(time);
    request.query.emplace_back("X-Amz-Algorithm", kAlgorithm);
    request.query.emplace_back("X-Amz-Credential", scope.keys.access_key + '/' + scope_text(scope, date));
    request.query.emplace_back("X-Amz-Date", date);
    request.query.emplace_back("X-Amz-Expires", std::to_string(valid_seconds));
    request.query.emplace_back("X-Amz-SignedHeaders", signed_names(request.headers));
    if (!scope.keys.session_token.empty())
        request.query.emplace_back("X-Amz-Security-Token", scope.keys.session_token);
    const std::string signature = signature_of(scope, date, canonical_request(request, kUnsignedPayload));
    return canonical_query(request.query) + "&X-Amz-Signature=" + signature;
}

} // namespace bifrost::storage
