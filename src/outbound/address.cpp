#include "outbound/address.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

namespace bifrost::outbound {
namespace {

struct Block {
    const char* text;
    unsigned bits;
};

// IANA's registry of special-purpose IPv4 addresses, multicast and what is reserved.
constexpr Block kSpecialV4[] = {
    {"0.0.0.0", 8},     {"10.0.0.0", 8},      {"100.64.0.0", 10},  {"127.0.0.0", 8},    {"169.254.0.0", 16},
    {"172.16.0.0", 12}, {"192.0.0.0", 24},    {"192.0.2.0", 24},   {"192.88.99.0", 24}, {"192.168.0.0", 16},
    {"198.18.0.0", 15}, {"198.51.100.0", 24}, {"203.0.113.0", 24}, {"224.0.0.0", 4},    {"240.0.0.0", 4}};
// Within 2000::/3, which alone is given out: IETF's own (Teredo, ORCHID …), documentation, 6to4.
constexpr Block kSpecialV6[] = {{"2001::", 23}, {"2001:db8::", 32}, {"2002::", 16}, {"3fff::", 20}};

bool shares_bits(const Address& a, const Address& b, unsigned bits) {
    const unsigned whole = bits / 8;
    if (std::memcmp(a.bytes.data(), b.bytes.data(), whole) != 0) return false;
    if (bits % 8 == 0) return true;
    const auto mask = static_cast<unsigned char>(0xFFU << (8 - bits % 8));
    return (a.bytes[whole] & mask) == (b.bytes[whole] & mask);
}

/// Of numbers that are well-formed.
Address address_in(const char* text) {
    Address out;
    in_addr v4{};
    if (inet_pton(AF_INET, text, &v4) == 1) {
        out.bytes[10] = out.bytes[11] = 0xFF;
        std::memcpy(out.bytes.data() + 12, &v4, 4);
    } else {
        in6_addr v6{};
        if (inet_pton(AF_INET6, text, &v6) == 1) std::memcpy(out.bytes.data(), &v6, 16);
    }
    return out;
}

bool is_in(const Address& address, const char* network, unsigned bits) {
    return shares_bits(address, address_in(network), bits);
}

bool is_global_v4(const Address& address) {
    return std::ranges::none_of(
        kSpecialV4, [&](const Block& block) { return is_in(address, block.text, 96 + block.bits); });
}

} // namespace

bool Address::is_v4() const { return is_in(*this, "::ffff:0:0", 96); }

std::string Address::text() const {
    char out[INET6_ADDRSTRLEN] = "";
    if (is_v4())
        inet_ntop(AF_INET, bytes.data() + 12, out, sizeof out);
    else
        inet_ntop(AF_INET6, bytes.data(), out, sizeof out);
    return out;
}

std::optional<Address> address_of(const sockaddr& address) {
    Address out;
    if (address.sa_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
        out.bytes[10] = out.bytes[11] = 0xFF;
        std::memcpy(out.bytes.data() + 12, &v4.sin_addr, 4);
        return out;
    }
    if (address.sa_family != AF_INET6) return std::nullopt;
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    std::memcpy(out.bytes.data(), &v6.sin6_addr, 16);
    return out;
}

std::optional<Address> parse_address(const std::string& text) {
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(text.c_str(), nullptr, &hints, &found) != 0 || found == nullptr) return std::nullopt;
    const auto address = address_of(*found->ai_addr);
    freeaddrinfo(found);
    return address;
}

bool is_global(const Address& address) {
    if (address.is_v4()) return is_global_v4(address);
    // NAT64 (RFC 6052): a network without IPv4 reaches the open internet so, and its inside too.
    if (is_in(address, "64:ff9b::", 96)) {
        Address inner;
        inner.bytes[10] = inner.bytes[11] = 0xFF;
        std::copy(address.bytes.begin() + 12, address.bytes.end(), inner.bytes.begin() + 12);
        return is_global_v4(inner);
    }
    if (!is_in(address, "2000::", 3)) return false;
    return std::ranges::none_of(kSpecialV6,
                                [&](const Block& block) { return is_in(address, block.text, block.bits); });
}

Result<Networks> Networks::parse(const std::vector<std::string>& texts) {
    Networks networks;
    for (const auto& text : texts) {
        const auto slash = text.find('/');
        const auto address = parse_address(text.substr(0, slash));
        const Error error{Errc::invalid, "'" + text + "' is no address and no network such as 10.1.0.0/16."};
        if (!address) return error;
        const unsigned most = address->is_v4() ? 32 : 128;
        unsigned bits = most;
        if (slash != std::string::npos) {
            const auto* end = text.data() + text.size();
            const auto read = std::from_chars(text.data() + slash + 1, end, bits);
            if (read.ec != std::errc{} || read.ptr != end || bits > most) return error;
        }
        networks.networks_.push_back({*address, bits + 128 - most});
    }
    return networks;
}

bool Networks::contain(const Address& address) const {
    return std::ranges::any_of(networks_, [&](const Network& network) {
        return shares_bits(address, network.address, network.bits);
    });
}

} // namespace bifrost::outbound
