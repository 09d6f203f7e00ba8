#include "core/text.hpp"

#include <cstdint>

namespace bifrost {
namespace {

/// Decodes one code point at `at`; 0xFFFFFFFF when it is not well-formed there.
std::uint32_t decode(std::string_view text, std::size_t& at) {
    constexpr std::uint32_t kBad = 0xFFFFFFFF;
    const auto first = static_cast<unsigned char>(text[at]);
    if (first < 0x80) {
        ++at;
        return first;
    }
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || at + length > text.size()) return kBad;
    std::uint32_t value = first & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<unsigned char>(text[at + i]);
        if ((next & 0xC0) != 0x80) return kBad;
        value = (value << 6) | (next & 0x3F);
    }
    constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < kLeast[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return kBad;
    at += length;
    return value;
}

void encode(std::uint32_t value, std::string& out) {
    if (value < 0x80) {
        out += static_cast<char>(value);
    } else if (value < 0x800) {
        out += static_cast<char>(0xC0 | (value >> 6));
        out += static_cast<char>(0x80 | (value & 0x3F));
    } else if (value < 0x10000) {
        out += static_cast<char>(0xE0 | (value >> 12));
        out += static_cast<char>(0x80 | ((value >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (value & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | (value >> 18));
        out += static_cast<char>(0x80 | ((value >> 12) & 0x3F));
        out += static_cast<char>(0x80 | ((value >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (value & 0x3F));
    }
}

std::uint32_t lower(std::uint32_t c) {
    if (c >= 'A' && c <= 'Z') return c + 32;
    if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 32;
    if (c >= 0x100 && c <= 0x17E && c != 0x130 && c != 0x131 && c != 0x138 && c != 0x149 && c != 0x178) {
        const bool odd_upper = (c >= 0x139 && c <= 0x148) || c >= 0x179;
        return odd_upper ? c + (c & 1) : c | 1;
    }
    if (c >= 0x391 && c <= 0x3A9 && c != 0x3A2) return c + 32;
    if (c >= 0x410 && c <= 0x42F) return c + 32;
    if (c >= 0x400 && c <= 0x40F) return c + 80;
    return c;
}

} // namespace

bool is_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();)
        if (decode(text, at) == 0xFFFFFFFF) return false;
    return true;
}

std::size_t utf8_length(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text)
        if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++count;
    return count;
}

bool has_control_characters(std::string_view text, bool allow_lines) {
    for (std::size_t at = 0; at < text.size();) {
        const std::uint32_t c = decode(text, at);
        if (c == 0xFFFFFFFF) return true;
        if (allow_lines && (c == '\t' || c == '\n' || c == '\r')) continue;
        if (c < 0x20 || (c >= 0x7F && c <= 0x9F)) return true;
    }
    return false;
}

bool is_code(std::string_view text) {
    if (text.empty() || text.size() > 64) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!word && (i == 0 || (c != '_' && c != '-'))) return false;
    }
    return true;
}

std::optional<std::string> fold_code(std::string_view typed) {
    std::string code;
    code.reserve(typed.size());
    for (const char c : typed) {
        if (c >= 'A' && c <= 'Z')
            code += static_cast<char>(c + 32);
        else if (c == ' ' || c == '.')
            code += '_';
        else
            code += c;
    }
    if (!is_code(code)) return std::nullopt;
    return code;
}

std::string fold_case(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t before = at;
        const std::uint32_t c = decode(text, at);
        if (c == 0xFFFFFFFF) {
            out += text[before];
            at = before + 1;
        } else {
            encode(lower(c), out);
        }
    }
    return out;
}

std::string escape_like(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

} // namespace bifrost
