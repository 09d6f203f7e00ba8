#pragma once
// Where a request carries its secret: a bearer token (tools) or the session cookie (browsers, with a CSRF
// header).

#include "access/session.hpp"
#include "api/operation.hpp"

namespace bifrost::api {

/// Fills the actor. `unsafe`: the actor is read afresh, and a cookie's request must carry its CSRF token.
Result<> authenticate(Incoming& incoming, bool unsafe);
/// The cookies of a session that was just opened, or their removal. Over https they carry the __Host- prefix.
void set_session_cookies(const Incoming& incoming, http::Response& response,
                         const access::SignedIn& signed_in);
void clear_session_cookies(const Incoming& incoming, http::Response& response);
/// Whether a cookie session is allowed here: over https, from loopback, or when --insecure-lan was given.
bool may_use_cookies(const Incoming& incoming);

} // namespace bifrost::api
