#pragma once

#include <cstddef>
#include <string>

namespace bifrost {

/// Fills `data` with `size` bytes from the operating system's generator (by way of OpenSSL). Ends the process
/// when there is none.
void secure_random(void* data, std::size_t size);

/// The same for a few bytes at a time, out of a pool of the calling thread: asking the generator costs more
/// than the bytes do. For what must be unique, not for secrets, which shouldn't lie in memory before they are
/// made. A forked process never gives out what its parent does.
void pooled_random(void* data, std::size_t size);

/// `bytes` random bytes as base64url text (RFC 4648, 5) without padding: 32 bytes give 43 characters.
std::string random_token(std::size_t bytes);

} // namespace bifrost
