#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace bifrost::access {

/// argon2id with t=2, m=19 MiB, p=1 (OWASP's minimum; about 44 ms) as an encoded string. Run it on the
/// password lane.
std::string hash_password(std::string_view password);
/// Takes the same time for a wrong password and, with an empty `encoded`, for a user that doesn't exist.
bool verify_password(std::string_view password, const std::string& encoded);
/// invalid ("/password") unless it has 10 to 1,000 bytes of UTF-8.
Result<> check_password(std::string_view password);

} // namespace bifrost::access
