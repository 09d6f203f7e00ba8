#pragma once

#include <cstddef>
#include <string>

namespace bifrost {

/// Fills `data` with `size` bytes from the operating system's generator (by way of OpenSSL). Ends the process
/// when there is none.
void secure_random(void* data, std::size_t size);

/// `bytes` random bytes as base64url text (RFC 4648, 5) without padding: 32 bytes give 43 characters.
std::string random_token(std::size_t bytes);

} // namespace bifrost
