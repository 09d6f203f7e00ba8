#include "access/session.hpp"

#include "access/password.hpp"
#include "access/session.sql.hpp"
#include "access/user.sql.hpp"
#include "core/hash.hpp"
#include "core/random.hpp"
#include "core/text.hpp"

namespace bifrost::access {
namespace {

constexpr std::int64_t kSessionSeconds = 14 * 24 * 3600;

/// A signed-in user has their own actor for the events of signing in.
Actor actor_for(const Id& user_id, const std::string& request_id) {
    Actor actor;
    actor.user_id = user_id;
    actor.request_id = request_id;
    return actor;
}

Result<SignedIn> open_session(Call& call, const Id& user_id, const std::string& user_agent) {
    const Timestamp now = Timestamp::now();
    SignedIn signed_in;
    signed_in.access_token = "bfs_" + random_token(32);
    signed_in.csrf_token = random_token(24);
    signed_in.expires_at = now.plus_seconds(kSessionSeconds);
    BIFROST_ASSIGN(const auto noted, call.tx.execute(sql::note_sign_in, user_id, now));
    if (noted == 0) return Error{Errc::unauthenticated, "The user is deactivated."};
    BIFROST_CHECK(call.tx.execute(sql::delete_expired_sessions, user_id, now));
    const Id session_id = Id::make();
    BIFROST_CHECK(call.tx.execute(sql::insert_session, session_id, user_id,
                                  sha256_hex(signed_in.access_token), sha256_hex(signed_in.csrf_token),
                                  user_agent.substr(0, 500), now, signed_in.expires_at));
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::find_user, user_id));
    signed_in.user = rows[0].as<User>();
    call.changes.add({"session.created", std::nullopt, "session", session_id, "{}"});
    return signed_in;
}

Error wrong_credentials() { return Error{Errc::unauthenticated, "The login or the password is wrong."}; }

template <class T>
Result<T> value_of(Result<Written<T>> written) {
    if (!written) return written.error();
    return std::move(written->value);
}

} // namespace

Result<SignedIn> sign_in(database::Database& database, const SignInRequest& request) {
    const std::string login = fold_case(request.login);
    if (!is_utf8(login) || has_control_characters(login)) return wrong_credentials();
    BIFROST_ASSIGN(const auto found,
                   database.read([&](database::Tx& tx) { return tx.query(sql::find_credentials, login); }));
    const std::string encoded = found.empty() ? std::string{} : std::string(found[0].text(1));
    if (!verify_password(request.password, encoded)) {
        if (!found.empty()) {
            const Id user_id = found[0].id(0);
            BIFROST_CHECK(
                write(database, actor_for(user_id, request.request_id), [&](Call& call) -> Result<bool> {
                    call.changes.add({"session.refused", std::nullopt, "user", user_id, "{}"});
                    return true;
                }));
        }
        return wrong_credentials();
    }
    const Id user_id = found[0].id(0);
    return value_of(write(database, actor_for(user_id, request.request_id),
                          [&](Call& call) { return open_session(call, user_id, request.user_agent); }));
}

Result<SignedIn> redeem_link(database::Database& database, const std::string& token,
                             const std::string& password, const std::string& user_agent,
                             const std::string& request_id) {
    BIFROST_CHECK(check_password(password));
    const std::string token_hash = sha256_hex(token);
    BIFROST_ASSIGN(const auto found, database.read([&](database::Tx& tx) {
        return tx.query(sql::find_link_user, token_hash);
    }));
    const Error dead{Errc::unauthenticated,
                     "This sign-in link was used or has expired. Ask an administrator for a new one, or run "
                     "`bifrost user sign-in-link CODE` on the server."};
    if (found.empty()) return dead;
    const Id user_id = found[0].id(0);
    const std::string encoded = hash_password(password);
    return value_of(write(database, actor_for(user_id, request_id), [&](Call& call) -> Result<SignedIn> {
        BIFROST_ASSIGN(const auto used, call.tx.execute(sql::use_link, token_hash, Timestamp::now()));
        if (used == 0) return dead;
        BIFROST_CHECK(call.tx.execute(sql::set_password, user_id, encoded));
        BIFROST_CHECK(call.tx.execute(sql::delete_sessions_of_user, user_id));
        call.changes.add({"user.password_changed", std::nullopt, "user", user_id, "{}"});
        return open_session(call, user_id, user_agent);
    }));
}

Result<SignedIn> change_password(database::Database& database, const Actor& actor,
                                 const PasswordChange& change) {
    if (!actor.session_id)
        return Error{Errc::conflict, "Only who signed in with a password can change it; sign in first."};
    BIFROST_CHECK(check_password(change.next));
    BIFROST_ASSIGN(const auto found, database.read([&](database::Tx& tx) {
        return tx.query(sql::find_password, actor.user_id);
    }));
    const std::string before = found.empty() ? std::string{} : std::string(found[0].text(0));
    if (!verify_password(change.current, before)) {
        BIFROST_CHECK(write(database, actor, [&](Call& call) -> Result<bool> {
            call.changes.add({"session.refused", std::nullopt, "user", actor.user_id, "{}"});
            return true;
        }));
        Error wrong{Errc::invalid, "The current password is wrong."};
        wrong.fields.push_back({"/current_password", "is wrong"});
        return wrong;
    }
    const std::string encoded = hash_password(change.next);
    return value_of(write(database, actor, [&](Call& call) -> Result<SignedIn> {
        // Two changes at once: the second knew a password that is none any more.
        BIFROST_ASSIGN(const auto changed,
                       call.tx.execute(sql::replace_password, actor.user_id, before, encoded));
        if (changed == 0) return Error{Errc::conflict, "The password was changed meanwhile; sign in again."};
        BIFROST_CHECK(call.tx.execute(sql::delete_sessions_of_user, actor.user_id));
        call.changes.add({"user.password_changed", std::nullopt, "user", actor.user_id, "{}"});
        return open_session(call, actor.user_id, change.user_agent);
    }));
}

Result<SignedIn> refresh_session(database::Database& database, const Actor& actor) {
    if (!actor.session_id)
        return Error{Errc::conflict, "Only a session can be refreshed; an API token lives until its expiry."};
    return value_of(write(database, actor, [&](Call& call) -> Result<SignedIn> {
        BIFROST_ASSIGN(const auto ended, call.tx.execute(sql::delete_session, *actor.session_id));
        if (ended == 0) return Error{Errc::unauthenticated, "The session has ended. Sign in again."};
        return open_session(call, actor.user_id, "");
    }));
}

Result<> sign_out(database::Database& database, const Actor& actor) {
    if (!actor.session_id) return {};
    BIFROST_CHECK(write(database, actor, [&](Call& call) -> Result<bool> {
        BIFROST_CHECK(call.tx.execute(sql::delete_session, *actor.session_id));
        call.changes.add({"session.ended", std::nullopt, "session", *actor.session_id, "{}"});
        return true;
    }));
    return {};
}

Result<std::int64_t> count_active_users(database::Tx& tx, Timestamp since) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::count_active_users, since));
    return rows.empty() ? std::int64_t{0} : rows[0].integer(0);
}

} // namespace bifrost::access
