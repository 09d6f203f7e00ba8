#pragma once
// Tokens for scripts: shown once, stored hashed, scoped, expiring, listed with their last use.

#include <optional>
#include <string>
#include <vector>

#include "access/user.hpp"

namespace bifrost::access {

struct ApiToken {
    Id id;
    Id user_id;
    std::string name;
    std::string hint; ///< the first characters, to tell tokens apart
    json::Raw scopes; ///< list of "all", "read", "write" or permissions ("asset:create")
    Timestamp created_at;
    std::optional<Id> created_by;
    std::optional<Timestamp> expires_at;
    std::optional<Timestamp> last_used_at;
    std::optional<Timestamp> revoked_at;
};
BOOST_DESCRIBE_STRUCT(ApiToken, (),
                      (id, user_id, name, hint, scopes, created_at, created_by, expires_at, last_used_at,
                       revoked_at))

struct NewApiToken : ApiToken {
    std::string token; ///< the secret; never seen again
};
BOOST_DESCRIBE_STRUCT(NewApiToken, (ApiToken), (token))

/// The permissions of scopes as stored; nothing for an unknown one.
std::optional<Permissions> parse_scopes(std::string_view json_list);

/// One's own tokens; administrators see everybody's.
Result<std::vector<ApiToken>> list_api_tokens(database::Tx& tx, const Actor& actor);
/// {name, scopes?, expires_at?, user?}; for another user by administrators only. A token can't make one that
/// may do more.
Result<NewApiToken> create_api_token(Call& call, const boost::json::value& body);
Result<ApiToken> revoke_api_token(Call& call, const Id& id);

} // namespace bifrost::access
