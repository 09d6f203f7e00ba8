#pragma once
// Points in time: microseconds since the epoch in the database, RFC 3339 UTC in JSON.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bifrost {

struct Timestamp {
    std::int64_t micros = 0; ///< since 1970-01-01T00:00:00Z

    static Timestamp now();
    /// Reads RFC 3339 with any offset and up to nine digits of fraction (cut to microseconds).
    static std::optional<Timestamp> parse(std::string_view text);

    /// "2026-01-31T12:00:00.123456Z"
    [[nodiscard]] std::string text() const;

    [[nodiscard]] Timestamp plus_seconds(std::int64_t seconds) const {
        return {micros + seconds * 1'000'000};
    }
    auto operator<=>(const Timestamp&) const = default;
};

} // namespace bifrost
