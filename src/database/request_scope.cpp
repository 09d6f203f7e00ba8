#include "database/request_scope.hpp"

#include <charconv>

#include "core/hash.hpp"

namespace bifrost::database {
namespace {

constinit thread_local RequestScope* innermost = nullptr;

constexpr std::size_t kCheckDigits = 8;

void append_hex(std::string& out, std::uint64_t value) {
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, value, 16);
    out.append(digits, static_cast<std::size_t>(end.ptr - digits));
}

/// Hexadecimal digits as to_chars writes them (no sign, no capitals, no needless zero), or nothing.
std::optional<std::uint64_t> read_hex(std::string_view text) {
    std::uint64_t value = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (end.ec != std::errc{} || end.ptr != text.data() + text.size()) return std::nullopt;
    return value;
}

} // namespace

// "<position>-<second>-<check>", in hexadecimal.
std::string Seen::text() const {
    std::string out;
    append_hex(out, wal);
    out += '-';
    append_hex(out, static_cast<std::uint64_t>(second));
    const std::string check = sha256_hex(out);
    out += '-';
    out.append(check, 0, kCheckDigits);
    return out;
}

std::optional<Seen> Seen::parse(std::string_view text) {
    constexpr std::size_t kLongest = 16 + 1 + 16 + 1 + kCheckDigits;
    const auto first = text.find('-');
    const auto second = text.find('-', first == std::string_view::npos ? first : first + 1);
    if (text.size() > kLongest || second == std::string_view::npos) return std::nullopt;
    const auto wal = read_hex(text.substr(0, first));
    const auto time = read_hex(text.substr(first + 1, second - first - 1));
    if (!wal || !time) return std::nullopt;
    const Seen seen{*wal, static_cast<std::int64_t>(*time)};
    if (seen.text() != text) return std::nullopt;
    return seen;
}

RequestScope::RequestScope() : outer_(innermost) { innermost = this; }

RequestScope::~RequestScope() { innermost = outer_; }

RequestScope* RequestScope::current() { return innermost; }

void RequestScope::allow_replicas(std::optional<Seen> seen) {
    allowed_ = true;
    seen_ = seen;
}

} // namespace bifrost::database
