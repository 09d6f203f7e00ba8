#pragma once
// Signatures of the Standard Webhooks specification 1.0 (symmetric: HMAC-SHA-256, "v1").

#include <string>
#include <string_view>

#include "core/timestamp.hpp"

namespace bifrost::webhook {

/// "whsec_" and 32 random bytes in base64.
std::string make_secret();
/// "v1,…": of `id`.`timestamp` (whole seconds).`body`.
std::string sign(std::string_view secret, std::string_view id, Timestamp timestamp, std::string_view body);

} // namespace bifrost::webhook
