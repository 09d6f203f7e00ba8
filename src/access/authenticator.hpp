#pragma once
// From a secret to an Actor. Reads may use a cached answer of at most one second; whatever decides a write is
// read afresh.

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "access/actor.hpp"
#include "database/database.hpp"

namespace bifrost::access {

class Authenticator {
  public:
    explicit Authenticator(database::Database& database) : database_(database) {}

    /// The actor behind a session's or API token's secret. unauthenticated when it is unknown, expired or
    /// revoked.
    Result<Actor> authenticate(std::string_view secret, bool fresh);
    /// What was known is asked for again, of everybody: memberships or users have changed. Look-ups that
    /// began before don't count either.
    void forget();
    /// Whether the CSRF token belongs to the session with this secret.
    Result<bool> check_csrf(std::string_view secret, std::string_view csrf_token);

  private:
    struct Known {
        Actor actor;
        std::int64_t checked_at = 0; ///< microseconds of the steady clock
    };
    struct SecretHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view secret) const noexcept {
            return std::hash<std::string_view>{}(secret);
        }
    };
    Result<Actor> look_up(std::string_view secret, const std::string& hash);
    void note_use(const Actor& actor, std::int64_t last_used_at);

    database::Database& database_;
    std::mutex mutex_;
    std::uint64_t generation_ = 0; ///< counts what was forgotten
    /// By the secret itself, which every request brings anyway: hashing it costs more than the look-up.
    std::unordered_map<std::string, Known, SecretHash, std::equal_to<>> known_;
};

} // namespace bifrost::access
