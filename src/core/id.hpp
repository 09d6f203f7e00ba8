#pragma once
// Ids are UUIDv7 (RFC 9562): they sort by the time they were made, so that indexes grow at one end.

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace bifrost {

class Id {
  public:
    Id() = default;

    /// A new id: 48 bits of milliseconds, 12 bits that count within one, 62 random bits. Safe from any
    /// thread.
    static Id make();
    /// Reads the 36-character form, upper or lower case; nothing else is an id.
    static std::optional<Id> parse(std::string_view text);

    /// The 36-character lower-case form.
    [[nodiscard]] std::string text() const;
    void append_to(std::string& out) const;

    [[nodiscard]] bool is_nil() const { return *this == Id{}; }
    auto operator<=>(const Id&) const = default;

    [[nodiscard]] std::size_t hash() const noexcept;

  private:
    std::array<std::uint8_t, 16> bytes_{};
};

} // namespace bifrost

template <>
struct std::hash<bifrost::Id> {
    std::size_t operator()(const bifrost::Id& id) const noexcept { return id.hash(); }
};
