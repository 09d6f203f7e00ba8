#pragma once
// SHA-256 and what goes with it (OpenSSL EVP; it picks the processor's SHA instructions).

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace bifrost {

/// A running SHA-256 over bytes that arrive in pieces.
class Sha256 {
  public:
    Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    ~Sha256();

    void update(const void* data, std::size_t size);
    /// The digest as 64 lower-case hex digits; the object is ready for the next message afterwards.
    std::string finish_hex();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

std::string sha256_hex(std::string_view bytes);
/// HMAC-SHA-256 (RFC 2104), raw 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view message);
std::string hex(std::string_view bytes);
/// RFC 4648, 5; without padding.
std::string base64url(std::string_view bytes);
std::optional<std::string> parse_base64url(std::string_view text);
/// Compares without telling by its time where the difference is.
bool equal_constant_time(std::string_view a, std::string_view b);
/// True for 64 lower-case hex digits.
bool is_sha256_hex(std::string_view text);

} // namespace bifrost
