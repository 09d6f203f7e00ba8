#include "http/proxies.hpp"

#include <charconv>
#include <optional>

#include <arpa/inet.h>

namespace bifrost::http {
namespace {

struct Address {
    std::string bytes;
    bool v4 = false;
};

std::optional<Address> parse_address(std::string_view text) {
    const std::string terminated(text);
    Address address;
    address.bytes.assign(16, '\0');
    if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data() + 12) == 1) {
        address.bytes[10] = address.bytes[11] = '\xff';
        address.v4 = true;
        return address;
    }
    if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
    return std::nullopt;
}

bool same_bits(const std::string& a, const std::string& b, unsigned bits) {
    for (unsigned bit = 0; bit < bits; bit += 8) {
        const unsigned wanted = std::min(8U, bits - bit);
        const auto mask = static_cast<unsigned char>(0xff << (8 - wanted));
        const auto difference = static_cast<unsigned char>(a[bit / 8] ^ b[bit / 8]);
        if ((difference & mask) != 0) return false;
    }
    return true;
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

} // namespace

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& texts) {
    TrustedProxies proxies;
    for (const std::string& text : texts) {
        const Error bad{Errc::invalid,
                        "'" + text +
                            "' is no address or network of a trusted proxy; write it like 10.0.0.0/8."};
        const std::size_t slash = text.find('/');
        const auto address = parse_address(std::string_view(text).substr(0, slash));
        if (!address) return bad;
        unsigned bits = address->v4 ? 32 : 128;
        if (slash != std::string::npos) {
            unsigned typed = 0;
            const char* end = text.data() + text.size();
            const auto [rest, failed] = std::from_chars(text.data() + slash + 1, end, typed);
            if (failed != std::errc{} || rest != end || typed > bits) return bad;
            bits = typed;
        }
        proxies.networks_.push_back({address->bytes, address->v4 ? bits + 96 : bits});
    }
    return proxies;
}

bool TrustedProxies::trusts(std::string_view address) const {
    if (networks_.empty()) return false;
    const auto parsed = parse_address(address);
    if (!parsed) return false;
    for (const Network& network : networks_)
        if (same_bits(network.bytes, parsed->bytes, network.bits)) return true;
    return false;
}

void TrustedProxies::apply(std::string_view peer, Request& request) const {
    request.remote_address = peer;
    request.secure = false;
    if (!trusts(peer)) return;
    if (const auto proto = request.header("x-forwarded-proto")) request.secure = trim(*proto) == "https";
    std::string chain; // several headers are one list (RFC 9110, 5.3)
    for (const auto& [name, value] : request.headers) {
        if (name != "x-forwarded-for") continue;
        if (!chain.empty()) chain += ',';
        chain += value;
    }
    std::string_view left = chain;
    while (!left.empty()) {
        const std::size_t comma = left.rfind(',');
        const std::string_view last = trim(comma == std::string_view::npos ? left : left.substr(comma + 1));
        left = comma == std::string_view::npos ? std::string_view{} : left.substr(0, comma);
        if (!parse_address(last)) return; // what a proxy did not write is not believed
        request.remote_address = last;
        if (!trusts(last)) return;
    }
}

} // namespace bifrost::http
