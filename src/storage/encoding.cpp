#include "storage/encoding.hpp"

#include <algorithm>

#include "core/hash.hpp"

namespace bifrost::storage {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool is_shown(std::string_view media_type) {
    constexpr std::string_view kShown[] = {"image/png", "image/jpeg",     "image/gif",  "image/webp",
                                           "video/mp4", "video/webm",     "audio/mpeg", "audio/ogg",
                                           "audio/wav", "application/pdf"};
    return std::find(std::begin(kShown), std::end(kShown), media_type) != std::end(kShown);
}

} // namespace

std::optional<std::int64_t> parse_decimal(std::string_view text) {
    if (text.empty() || text.size() > 18) return std::nullopt;
    std::int64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

std::string base64_of_hex(std::string_view text) {
    std::string raw;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        raw += static_cast<char>(hex_digit(text[i]) * 16 + hex_digit(text[i + 1]));
    }
    std::string out = base64url(raw);
    for (char& c : out) {
        if (c == '-') c = '+';
        if (c == '_') c = '/';
    }
    while (out.size() % 4 != 0) out += '=';
    return out;
}

std::optional<std::string> sha256_hex_of_base64(std::string_view base64) {
    std::string text(base64);
    while (!text.empty() && text.back() == '=') text.pop_back();
    for (char& c : text) {
        if (c == '+') c = '-';
        if (c == '/') c = '_';
    }
    const auto raw = parse_base64url(text);
    if (!raw || raw->size() != 32) return std::nullopt;
    return hex(*raw);
}

std::string content_disposition(std::string_view file_name, std::string_view media_type) {
    if (file_name.empty()) return {};
    constexpr char kDigits[] = "0123456789ABCDEF";
    // RFC 8187: what is no attr-char is percent-encoded.
    std::string out = is_shown(media_type) ? "inline" : "attachment";
    out += "; filename*=UTF-8''";
    for (const char c : file_name) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '-' || c == '_' || c == '.' || c == '~';
        if (plain) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += kDigits[byte >> 4];
            out += kDigits[byte & 0x0f];
        }
    }
    return out;
}

} // namespace bifrost::storage
