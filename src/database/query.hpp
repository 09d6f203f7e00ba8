#pragma once
// A named query, embedded from a .sql file at build time (tools/sql_embed.py), and what it is run with.

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/id.hpp"
#include "core/json_writer.hpp"
#include "core/timestamp.hpp"

namespace bifrost::database {

enum class Dialect { sqlite, postgres };

/// One statement; both texts use $1, $2 …. They are the same unless the .sql file gives a text for each
/// database.
struct Query {
    std::string_view name;
    std::string_view sqlite;
    std::string_view postgres;

    [[nodiscard]] std::string_view text(Dialect dialect) const {
        return dialect == Dialect::sqlite ? sqlite : postgres;
    }
};

/// A bound value. Booleans travel as 0 and 1, ids and JSON as text.
using Value = std::variant<std::monostate, std::int64_t, double, std::string>;
using Params = std::vector<Value>;

inline Value to_value(std::monostate) { return {}; }
inline Value to_value(std::nullopt_t) { return {}; }
inline Value to_value(bool value) { return std::int64_t{value ? 1 : 0}; }
template <std::integral T>
requires(!std::same_as<T, bool>) Value to_value(T value) { return static_cast<std::int64_t>(value); }
inline Value to_value(double value) { return value; }
inline Value to_value(std::string_view value) { return std::string(value); }
inline Value to_value(const char* value) { return std::string(value); }
inline Value to_value(const std::string& value) { return value; }
inline Value to_value(const Id& value) { return value.text(); }
inline Value to_value(const Timestamp& value) { return value.micros; }
inline Value to_value(const json::Raw& value) { return value.text; }
inline Value to_value(const Value& value) { return value; }
template <class T>
Value to_value(const std::optional<T>& value) {
    return value ? to_value(*value) : Value{};
}

template <class... Args>
Params make_params(const Args&... args) {
    Params params;
    params.reserve(sizeof...(args));
    (params.push_back(to_value(args)), ...);
    return params;
}

} // namespace bifrost::database
