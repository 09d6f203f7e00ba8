#include "api/credentials.hpp"

namespace bifrost::api {
namespace {

constexpr std::string_view kPlainSession = "bifrost_session";
constexpr std::string_view kPlainCsrf = "bifrost_csrf";
constexpr std::string_view kPlainSeen = "bifrost_seen";
/// By then every replica that is let serve has replayed what was written.
constexpr std::int64_t kSeenSeconds = 60;

std::string cookie_name(const Incoming& incoming, std::string_view plain) {
    return (incoming.http.secure ? "__Host-" : "") + std::string(plain);
}

std::string cookie(const Incoming& incoming, std::string_view plain, const std::string& value,
                   std::int64_t seconds, bool http_only) {
    std::string text = cookie_name(incoming, plain) + "=" + value +
                       "; Path=/; SameSite=Lax; Max-Age=" + std::to_string(seconds);
    if (http_only) text += "; HttpOnly";
    if (incoming.http.secure) text += "; Secure";
    return text;
}

bool is_loopback(std::string_view address) {
    return address.starts_with("127.") || address == "::1" || address == "::ffff:127.0.0.1";
}

} // namespace

bool may_use_cookies(const Incoming& incoming) {
    if (incoming.http.secure) return true;
    const Settings& settings = incoming.context.settings;
    if (settings.environment == "production") return false; // https only, on the same machine too
    return is_loopback(incoming.http.remote_address) || settings.insecure_lan;
}

Result<> authenticate(Incoming& incoming, bool unsafe) {
    const auto header = incoming.http.header("authorization");
    if (header) {
        constexpr std::string_view kBearer = "Bearer ";
        if (!header->starts_with(kBearer) && !header->starts_with("bearer "))
            return Error{Errc::unauthenticated, "Send the token as `Authorization: Bearer …`."};
        incoming.session_secret = header->substr(kBearer.size());
    } else {
        const auto secret = incoming.http.cookie(cookie_name(incoming, kPlainSession));
        if (!secret || !may_use_cookies(incoming))
            return Error{Errc::unauthenticated,
                         "Sign in first, or send an API token as `Authorization: Bearer …`."};
        incoming.session_secret = *secret;
    }
    BIFROST_ASSIGN(incoming.actor,
                   incoming.context.authenticator.authenticate(incoming.session_secret, unsafe));
    if (header || !unsafe) return {};
    const auto token = incoming.http.header("x-csrf-token");
    BIFROST_ASSIGN(const bool right,
                   incoming.context.authenticator.check_csrf(incoming.session_secret, token.value_or("")));
    if (!right)
        return Error{Errc::forbidden, "The X-CSRF-Token header is missing or wrong; reload the page."};
    return {};
}

void set_session_cookies(const Incoming& incoming, http::Response& response,
                         const access::SignedIn& signed_in) {
    if (!may_use_cookies(incoming)) return;
    const std::int64_t seconds = (signed_in.expires_at.micros - Timestamp::now().micros) / 1'000'000;
    response.header("Set-Cookie", cookie(incoming, kPlainSession, signed_in.access_token, seconds, true));
    response.header("Set-Cookie", cookie(incoming, kPlainCsrf, signed_in.csrf_token, seconds, false));
}

void clear_session_cookies(const Incoming& incoming, http::Response& response) {
    response.header("Set-Cookie", cookie(incoming, kPlainSession, "", 0, true));
    response.header("Set-Cookie", cookie(incoming, kPlainCsrf, "", 0, false));
}

Result<std::optional<database::Seen>> read_seen(const Incoming& incoming) {
    if (const auto header = incoming.http.header("x-bifrost-consistency")) {
        const auto seen = database::Seen::parse(*header);
        if (!seen)
            return Error{Errc::malformed,
                         "X-Bifrost-Consistency is none of this site's tokens; send back what "
                         "the answer to a write carried, or nothing."};
        return seen;
    }
    if (incoming.http.header("authorization")) return std::optional<database::Seen>{};
    const auto cookie = incoming.http.cookie(cookie_name(incoming, kPlainSeen));
    if (!cookie) return std::optional<database::Seen>{};
    const auto seen = database::Seen::parse(*cookie);
    return seen ? seen : std::optional(database::Seen{0, Timestamp::now().micros / 1'000'000});
}

void write_seen(const Incoming& incoming, http::Response& response,
                const std::optional<database::Seen>& committed) {
    std::string text = committed.value_or(database::Seen{0, Timestamp::now().micros / 1'000'000}).text();
    if (committed && !incoming.http.header("authorization") && may_use_cookies(incoming))
        response.header("Set-Cookie", cookie(incoming, kPlainSeen, text, kSeenSeconds, true));
    response.header("X-Bifrost-Consistency", std::move(text));
}

} // namespace bifrost::api
