#pragma once
// Calls to servers that somebody else named. What a stranger may name is in the open internet, or in networks
// that the operator allows: the program stands where they don't, and must not be sent to what is inside.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "outbound/address.hpp"

namespace bifrost::outbound {

/// The addresses of a host by name, in the order in which they are tried; none: it is not known.
using Resolve = std::function<std::vector<Address>(const std::string& host)>;

struct OutsideOptions {
    bool allow_http = false;           ///< else https alone
    std::vector<std::string> networks; ///< that may be called although they aren't of the open internet
    std::string ca_file;               ///< certificates (PEM) to know servers by; the system's when empty
    Resolve resolve;                   ///< the system's resolver when empty
};

struct Call {
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body; ///< sent by POST
    std::chrono::milliseconds deadline{15'000};
    std::function<bool()> stopped; ///< asked about once a second; true breaks it off
};

struct Answer {
    int status = 0;
    std::string body;        ///< its beginning, as UTF-8 text without control characters
    std::string retry_after; ///< the header's value
    std::chrono::milliseconds took{0};
};

/// Thread-safe.
class Outside {
  public:
    /// invalid when a network is none.
    static Result<Outside> make(OutsideOptions options);

    /// What can be said of a URL without asking anybody: invalid with a sentence for other schemes than
    /// https (and http, where that is allowed), names and passwords in it, and numbers and names of what is
    /// inside.
    [[nodiscard]] Result<> check(const std::string& url) const;

    /// Asks for the host's addresses once and connects to one of those that may be called, whatever its name
    /// leads to by then. Follows no redirects and uses no proxy. An answer of any status is no error.
    /// invalid: the URL may not be called; unavailable: there was no answer, with what happened.
    [[nodiscard]] Result<Answer> post(const Call& call) const;

  private:
    [[nodiscard]] bool may_call(const Address& address) const;

    OutsideOptions options_;
    Networks networks_;
};

} // namespace bifrost::outbound
