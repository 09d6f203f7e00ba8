#pragma once
// Errors as application/problem+json (RFC 9457). The one place that maps Errc to an HTTP status.

#include "core/error.hpp"
#include "http/message.hpp"

namespace bifrost::api {

int status_of(Errc code);
/// The title of a status: "Not found".
std::string_view title_of(int status);
/// Details of `internal` errors stay in the log.
http::Response problem(const Error& error, const http::Request& request);

} // namespace bifrost::api
