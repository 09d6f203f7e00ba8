#pragma once
// Users of the site.

#include <optional>
#include <string>

#include <boost/json/value.hpp>

#include "access/call.hpp"
#include "query/list.hpp"

namespace bifrost::access {

struct User {
    Id id;
    std::string code;
    std::optional<std::string> email;
    std::string name;
    std::string site_role; ///< owner, admin, member, guest
    bool is_active = true;
    std::optional<Timestamp> last_sign_in_at;
    Timestamp created_at;
    std::optional<Id> created_by;
    Timestamp updated_at;
    std::optional<Id> updated_by;
    std::int64_t revision = 1;
};
BOOST_DESCRIBE_STRUCT(User, (),
                      (id, code, email, name, site_role, is_active, last_sign_in_at, created_at, created_by,
                       updated_at, updated_by, revision))

/// A link that signs its user in once and lets them choose a password.
struct SignInLink {
    std::string token;
    Timestamp expires_at;
};
BOOST_DESCRIBE_STRUCT(SignInLink, (), (token, expires_at))

Result<User> get_user(database::Tx& tx, const Actor& actor, std::string_view id_or_code);
Result<query::Page<User>> list_users(database::Tx& tx, const Actor& actor, const query::ListRequest& request);
/// {code, name, email?, site_role?}; without a password: they get a sign-in link. Needs user:manage.
Result<User> create_user(Call& call, const boost::json::value& body);
/// name and email of oneself; site_role and code by administrators; only an owner makes or changes an owner.
Result<User> update_user(Call& call, std::string_view id_or_code, const boost::json::value& patch,
                         std::optional<std::int64_t> if_revision);
/// Ends every session and token of the user with it. The last owner can't be deactivated.
Result<User> deactivate_user(Call& call, std::string_view id_or_code);
Result<User> reactivate_user(Call& call, std::string_view id_or_code);
/// Valid for 24 hours, once. Needs user:manage.
Result<SignInLink> create_sign_in_link(Call& call, std::string_view id_or_code);

} // namespace bifrost::access
