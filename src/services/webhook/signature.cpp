#include "services/webhook/signature.hpp"

#include "core/hash.hpp"
#include "core/random.hpp"

namespace bifrost::webhook {
namespace {

constexpr std::string_view kPrefix = "whsec_";

/// RFC 4648, 4: the alphabet and the padding that receivers expect.
std::string standard_base64(std::string text) {
    for (char& c : text) {
        if (c == '-') c = '+';
        if (c == '_') c = '/';
    }
    while (text.size() % 4 != 0) text += '=';
    return text;
}

/// The bytes of a secret.
std::string key_of(std::string_view secret) {
    std::string text(secret.substr(secret.starts_with(kPrefix) ? kPrefix.size() : 0));
    for (char& c : text) {
        if (c == '+') c = '-';
        if (c == '/') c = '_';
    }
    while (text.ends_with('=')) text.pop_back();
    return parse_base64url(text).value_or(std::string());
}

} // namespace

std::string make_secret() { return std::string(kPrefix) + standard_base64(random_token(32)); }

std::string sign(std::string_view secret, std::string_view id, Timestamp timestamp, std::string_view body) {
    std::string content(id);
    content += '.';
    content += std::to_string(timestamp.micros / 1'000'000);
    content += '.';
    content += body;
    return "v1," + standard_base64(base64url(hmac_sha256(key_of(secret), content)));
}

} // namespace bifrost::webhook
