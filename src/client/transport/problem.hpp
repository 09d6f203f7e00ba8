#pragma once
// A refusal of the server as an Error: what happened, every bad field, and what to do.

#include <string>

#include "client/transport/http_client.hpp"

namespace bifrost::client {

/// Reads problem+json (RFC 9457); any other body becomes a sentence about the status. `url` names who
/// answered.
Error problem_of(const HttpResponse& response, const std::string& url);

/// The error on one line, for people: the detail, then each field error as "/pointer: what".
std::string one_line(const Error& error);

} // namespace bifrost::client
