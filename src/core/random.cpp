#include "core/random.hpp"

#include <cstdlib>
#include <vector>

#include <openssl/rand.h>

#include "core/hash.hpp"

namespace bifrost {

void secure_random(void* data, std::size_t size) {
    // A process without randomness must not make tokens or ids: stopping is the only safe answer.
    if (RAND_bytes(static_cast<unsigned char*>(data), static_cast<int>(size)) != 1) std::abort();
}

std::string random_token(std::size_t bytes) {
    std::string raw(bytes, '\0');
    secure_random(raw.data(), raw.size());
    return base64url(raw);
}

} // namespace bifrost
