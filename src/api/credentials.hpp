#pragma once
// Where a request carries its secret: a bearer token (tools) or the session cookie (browsers, with a CSRF
// header).

#include "access/session.hpp"
#include "api/operation.hpp"
#include "database/request_scope.hpp"

namespace bifrost::api {

/// Fills the actor. `unsafe`: the actor is read afresh, and a cookie's request must carry its CSRF token.
Result<> authenticate(Incoming& incoming, bool unsafe);
/// The cookies of a session that was just opened, or their removal. Over https they carry the __Host- prefix.
void set_session_cookies(const Incoming& incoming, http::Response& response,
                         const access::SignedIn& signed_in);
void clear_session_cookies(const Incoming& incoming, http::Response& response);

/// What the caller has seen of its own writes: X-Bifrost-Consistency, or a session's cookie of the same
/// content. malformed when the header is none of our tokens; a cookie that isn't is as good as a new one.
Result<std::optional<database::Seen>> read_seen(const Incoming& incoming);
/// Tells the caller where its write stands: in the header, and for sessions of browsers in the cookie as
/// well. Nothing: there are no replicas here, and no cookie is needed.
void write_seen(const Incoming& incoming, http::Response& response,
                const std::optional<database::Seen>& committed);
/// Whether a cookie session is allowed here: over https, from loopback, or when --insecure-lan was given.
bool may_use_cookies(const Incoming& incoming);

} // namespace bifrost::api
