#include "storage/s3/s3_upload.hpp"

#include <memory>

#include <openssl/evp.h>

#include "core/hash.hpp"
#include "storage/encoding.hpp"

namespace bifrost::storage {
namespace {

/// Takes the text before the next '-'; nothing when there is none.
std::optional<std::string_view> take_word(std::string_view& text) {
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const std::string_view word = text.substr(0, dash);
    text.remove_prefix(dash + 1);
    return word;
}

std::optional<unsigned char> byte_of(std::string_view two) {
    int value = 0;
    for (const char c : two) {
        if (c >= '0' && c <= '9')
            value = value * 16 + (c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value * 16 + (c - 'a' + 10);
        else
            return std::nullopt;
    }
    return static_cast<unsigned char>(value);
}

} // namespace

std::string S3Upload::text() const {
    if (kind == Kind::found) return "found-" + id;
    std::string out = kind == Kind::single ? "single-" : "multipart-";
    out += std::to_string(shape.size);
    out += '-';
    out += std::to_string(shape.part_size);
    out += '-';
    out += token;
    if (kind == Kind::multipart) {
        out += '-';
        out += id;
    }
    return out;
}

std::optional<S3Upload> parse_s3_upload(std::string_view text) {
    S3Upload upload;
    const auto kind = take_word(text);
    if (kind == "found") {
        upload.kind = S3Upload::Kind::found;
        upload.id = text;
        return upload.id.empty() ? std::nullopt : std::optional(upload);
    }
    if (kind != "single" && kind != "multipart") return std::nullopt;
    const auto size = take_word(text);
    const auto part_size = take_word(text);
    const auto size_number = size ? parse_decimal(*size) : std::nullopt;
    const auto part_number = part_size ? parse_decimal(*part_size) : std::nullopt;
    if (!size_number || !part_number || *part_number < 1) return std::nullopt;
    upload.shape = {*size_number, *part_number};
    if (kind == "multipart") {
        upload.kind = S3Upload::Kind::multipart;
        const auto token = take_word(text);
        if (!token) return std::nullopt;
        upload.token = *token;
        upload.id = text;
    } else {
        upload.token = text;
    }
    if (upload.token.empty() || (upload.kind == S3Upload::Kind::multipart && upload.id.empty()))
        return std::nullopt;
    return upload;
}

std::optional<std::string> multipart_etag(const std::vector<Part>& parts) {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    if (!context || EVP_DigestInit_ex(context.get(), EVP_md5(), nullptr) != 1) return std::nullopt;
    constexpr std::size_t kDigits = 32;
    for (const auto& part : parts) {
        if (part.etag.size() != kDigits) return std::nullopt;
        std::string raw;
        for (std::size_t i = 0; i < kDigits; i += 2) {
            const auto byte = byte_of(std::string_view(part.etag).substr(i, 2));
            if (!byte) return std::nullopt;
            raw += static_cast<char>(*byte);
        }
        EVP_DigestUpdate(context.get(), raw.data(), raw.size());
    }
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_DigestFinal_ex(context.get(), sum, &size) != 1) return std::nullopt;
    return hex({reinterpret_cast<const char*>(sum), size}) + '-' + std::to_string(parts.size());
}

} // namespace bifrost::storage
