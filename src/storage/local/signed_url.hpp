#pragma once
// Signed URLs of the local store: HMAC-SHA-256 (RFC 2104) over the method, the path and every query
// parameter.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/timestamp.hpp"
#include "storage/encoding.hpp"

namespace bifrost::storage {

/// Query parameters, decoded, without the signature.
using QueryParameters = std::map<std::string, std::string, std::less<>>;

/// "<path>?<parameters, percent-encoded>&expires=<unix seconds>&signature=<base64url>". `path` is below the
/// prefix.
std::string sign_url(std::string_view signing_key, std::string_view method, std::string_view path,
                     QueryParameters parameters, Timestamp expires_at);

/// The parameters of a URL whose signature is right and that hasn't expired. forbidden otherwise: a parameter
/// that was changed, added, left out or repeated, another path or method, a malformed query.
Result<QueryParameters> check_url(std::string_view signing_key, std::string_view method,
                                  std::string_view path, std::string_view query, Timestamp now);

} // namespace bifrost::storage
