#pragma once
// Pages of other sites that may call this one (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol).

#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace bifrost::http {

class CrossOrigin {
  public:
    /// Origins as browsers send them: "https://bifrost.example.com". They get answers with credentials.
    explicit CrossOrigin(std::vector<std::string> origins) : origins_(std::move(origins)) {}

    /// A browser that asks whether it may send a request.
    [[nodiscard]] bool is_preflight(const Request& request) const;
    [[nodiscard]] Response answer_preflight(const Request& request) const;
    /// Lets the page that asked read the answer.
    void permit(const Request& request, Response& response) const;

  private:
    [[nodiscard]] bool allows(std::string_view origin) const;

    std::vector<std::string> origins_;
};

} // namespace bifrost::http
