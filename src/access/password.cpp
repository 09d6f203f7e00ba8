#include "access/password.hpp"

#include <array>
#include <cstdlib>

#include <argon2.h>

#include "core/random.hpp"
#include "core/text.hpp"

namespace bifrost::access {
namespace {

constexpr std::uint32_t kPasses = 2;
constexpr std::uint32_t kMemoryKib = 19 * 1024;
constexpr std::uint32_t kLanes = 1;
constexpr std::size_t kHashBytes = 32;

} // namespace

std::string hash_password(std::string_view password) {
    std::array<char, 16> salt{};
    secure_random(salt.data(), salt.size());
    std::array<char, 256> encoded{};
    // Fails only without memory; a process that can't hash a password must not accept one.
    if (argon2id_hash_encoded(kPasses, kMemoryKib, kLanes, password.data(), password.size(), salt.data(),
                              salt.size(), kHashBytes, encoded.data(), encoded.size()) != ARGON2_OK)
        std::abort();
    return encoded.data();
}

bool verify_password(std::string_view password, const std::string& encoded) {
    static const std::string nobody = hash_password(random_token(16));
    const bool matches = argon2id_verify((encoded.empty() ? nobody : encoded).c_str(), password.data(),
                                         password.size()) == ARGON2_OK;
    return matches && !encoded.empty();
}

Result<> check_password(std::string_view password) {
    if (!is_utf8(password)) return invalid_field("/password", "must be UTF-8");
    if (password.size() < 10) return invalid_field("/password", "must have at least 10 characters");
    if (password.size() > 1000) return invalid_field("/password", "must not have more than 1,000 bytes");
    return {};
}

} // namespace bifrost::access
