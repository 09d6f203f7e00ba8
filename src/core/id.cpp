#include "core/id.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstring>

#include "core/random.hpp"

namespace bifrost {
namespace {

constexpr char kHex[] = "0123456789abcdef";

/// The value of each hexadecimal digit, -1 for every other character.
constexpr std::array<std::int8_t, 256> kHexValues = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::int8_t digit = 0; digit < 16; ++digit) {
        const char c = kHex[digit];
        values[static_cast<unsigned char>(c)] = digit;
        if (c >= 'a') values[static_cast<unsigned char>(c - 'a' + 'A')] = digit;
    }
    return values;
}();

int hex_value(char c) { return kHexValues[static_cast<unsigned char>(c)]; }

/// Milliseconds and a 12-bit counter as one number that only grows within this process (RFC 9562, 6.2 method
/// 1).
std::uint64_t next_tick() {
    static std::atomic<std::uint64_t> last{0};
    const auto now = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                                    std::chrono::system_clock::now().time_since_epoch())
                                                    .count())
                     << 12;
    std::uint64_t seen = last.load(std::memory_order_relaxed);
    while (true) {
        const std::uint64_t next = now > seen ? now : seen + 1;
        if (last.compare_exchange_weak(seen, next, std::memory_order_relaxed)) return next;
    }
}

} // namespace

Id Id::make() {
    Id id;
    pooled_random(id.bytes_.data() + 8, 8);
    const std::uint64_t tick = next_tick();
    const std::uint64_t millis = tick >> 12;
    for (int i = 0; i < 6; ++i)
        id.bytes_[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
    id.bytes_[6] = static_cast<std::uint8_t>(0x70 | ((tick >> 8) & 0x0f));
    id.bytes_[7] = static_cast<std::uint8_t>(tick & 0xff);
    id.bytes_[8] = static_cast<std::uint8_t>(0x80 | (id.bytes_[8] & 0x3f));
    return id;
}

std::optional<Id> Id::parse(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    Id id;
    std::size_t byte = 0;
    for (std::size_t i = 0; i < 36;) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text[i] != '-') return std::nullopt;
            ++i;
            continue;
        }
        const int high = hex_value(text[i]);
        const int low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        id.bytes_[byte++] = static_cast<std::uint8_t>(high * 16 + low);
        i += 2;
    }
    return id;
}

void Id::append_to(std::string& out) const {
    char text[36];
    std::size_t at = 0;
    for (std::size_t i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text[at++] = '-';
        text[at++] = kHex[bytes_[i] >> 4];
        text[at++] = kHex[bytes_[i] & 0x0f];
    }
    out.append(text, sizeof text);
}

std::string Id::text() const {
    std::string out;
    out.reserve(36);
    append_to(out);
    return out;
}

std::size_t Id::hash() const noexcept {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::memcpy(&high, bytes_.data(), 8);
    std::memcpy(&low, bytes_.data() + 8, 8);
    return static_cast<std::size_t>(low ^ (high * 0x9e3779b97f4a7c15ULL));
}

} // namespace bifrost
