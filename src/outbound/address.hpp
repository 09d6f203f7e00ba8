#pragma once
// Addresses of the internet protocol, and which of them lie in the open internet.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

struct sockaddr;

namespace bifrost::outbound {

/// 16 bytes; IPv4 mapped into IPv6 (RFC 4291, 2.5.5.2).
struct Address {
    std::array<unsigned char, 16> bytes{};

    [[nodiscard]] bool is_v4() const;
    /// "192.0.2.1", "2001:db8::1"
    [[nodiscard]] std::string text() const;
    bool operator==(const Address&) const = default;
};

/// Numbers only, in every form that the system's resolver takes: "127.0.0.1", "127.1", "0x7f.1",
/// "2130706433",
/// "::1".
std::optional<Address> parse_address(const std::string& text);
/// Of AF_INET and AF_INET6; nothing of others.
std::optional<Address> address_of(const sockaddr& address);

/// Whether it is a unicast address of the open internet (the registries of special-purpose addresses, RFC
/// 6890, say which are not): no loopback, private, shared (RFC 6598), link-local, documentation, benchmark,
/// multicast or reserved one, and none of a transition mechanism that carries such a one inside.
bool is_global(const Address& address);

/// Networks such as "10.1.0.0/16", "fd00::/8", or single addresses.
class Networks {
  public:
    /// invalid with a sentence that names what is none.
    static Result<Networks> parse(const std::vector<std::string>& texts);
    [[nodiscard]] bool contain(const Address& address) const;

  private:
    struct Network {
        Address address;
        unsigned bits = 128;
    };
    std::vector<Network> networks_;
};

} // namespace bifrost::outbound
