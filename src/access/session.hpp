#pragma once
// Signing in and out: passwords, one-time links, sessions.

#include <string>

#include "access/user.hpp"

namespace bifrost::access {

struct SignedIn {
    std::string access_token; ///< shown once; only its hash is stored
    std::string csrf_token;   ///< to be sent back by browsers with unsafe requests
    Timestamp expires_at;
    User user;
};

struct SignInRequest {
    std::string login; ///< code or e-mail
    std::string password;
    std::string user_agent;
    std::string request_id;
};

/// unauthenticated for an unknown user, a wrong password and a deactivated user alike, in the same time. Slow
/// on purpose: belongs on the password lane. A refusal is an event too.
Result<SignedIn> sign_in(database::Database& database, const SignInRequest& request);
/// Redeems a one-time link: sets the password, ends other sessions, signs in.
Result<SignedIn> redeem_link(database::Database& database, const std::string& token,
                             const std::string& password, const std::string& user_agent,
                             const std::string& request_id);
struct PasswordChange {
    std::string current;
    std::string next; ///< 10–1000 characters
    std::string user_agent;
};
/// The signed-in user's own password. Ends their other sessions (tokens live on) and opens this one anew.
/// invalid ("/current_password") when the current one is wrong; conflict for a token, which has no password.
/// Slow on purpose, like signing in.
Result<SignedIn> change_password(database::Database& database, const Actor& actor,
                                 const PasswordChange& change);
/// A new token for a running session; the old one ends.
Result<SignedIn> refresh_session(database::Database& database, const Actor& actor);
/// Ends the actor's session; no error when there is none.
Result<> sign_out(database::Database& database, const Actor& actor);
/// How many users have called since then, by sessions or tokens; uses are noted every five minutes.
Result<std::int64_t> count_active_users(database::Tx& tx, Timestamp since);

} // namespace bifrost::access
