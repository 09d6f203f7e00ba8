#pragma once
// Which peers may speak for others, and what they say.

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "http/message.hpp"

namespace bifrost::http {

/// Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; everyone else's are ignored.
class TrustedProxies {
  public:
    /// "127.0.0.1", "10.0.0.0/8", "fd00::/8"; anything else is Errc::invalid with a sentence.
    static Result<TrustedProxies> parse(const std::vector<std::string>& texts);

    [[nodiscard]] bool trusts(std::string_view address) const;
    /// Sets `remote_address` and `secure` of a request that came from `peer`: the last address in
    /// X-Forwarded-For that is not itself a trusted proxy, and whether X-Forwarded-Proto is https.
    void apply(std::string_view peer, Request& request) const;

  private:
    struct Network {
        std::string bytes; ///< 16, IPv4 mapped into IPv6 (RFC 4291, 2.5.5.2)
        unsigned bits = 128;
    };
    std::vector<Network> networks_;
};

} // namespace bifrost::http
