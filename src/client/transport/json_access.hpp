#pragma once
// Reading the server's answers: members that may be absent, without an exception for each.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "core/result.hpp"

namespace bifrost::client {

/// The member, or nullptr when `value` is no object, has none of that name, or it is null.
const boost::json::value* find_member(const boost::json::value& value, std::string_view name);
/// Follows "a.b.c" through nested objects.
const boost::json::value* find_path(const boost::json::value& value, std::string_view dotted);

std::optional<std::string> find_text(const boost::json::value& value, std::string_view name);
std::string text_or(const boost::json::value& value, std::string_view name, std::string fallback);
std::int64_t integer_or(const boost::json::value& value, std::string_view name, std::int64_t fallback);
bool boolean_or(const boost::json::value& value, std::string_view name, bool fallback);
/// The array of that name, or an empty one.
const boost::json::array& array_of(const boost::json::value& value, std::string_view name);

/// A text that the contract promises; internal with the member's name when the server left it out.
Result<std::string> get_text(const boost::json::value& value, std::string_view name);

} // namespace bifrost::client
