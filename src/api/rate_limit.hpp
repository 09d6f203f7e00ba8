#pragma once
// How often somebody may: attempts to sign in, requests of one session or token.

#include <memory>
#include <string>

#include "cache/cache.hpp"
#include "core/result.hpp"

namespace bifrost::api {

class RateLimit {
  public:
    /// Counted in `shared` among all processes; in this one while that can't tell. 0 limits nothing.
    RateLimit(std::shared_ptr<cache::Cache> shared, std::int64_t sign_ins_per_minute,
              std::int64_t requests_per_minute);

    /// An attempt to sign in as `login` from `address`. too_many_requests with Retry-After.
    Result<> sign_in(const std::string& address, const std::string& login);
    /// A request of a session or token, named by something that is no secret.
    Result<> request(const std::string& who);

  private:
    Result<> count(const std::string& what, std::int64_t most, const std::string& sentence);

    std::shared_ptr<cache::Cache> shared_;
    std::unique_ptr<cache::Cache> own_;
    const std::int64_t sign_ins_;
    const std::int64_t requests_;
};

} // namespace bifrost::api
