#pragma once
// Codes, names and UTF-8: what people type, and what may become of it.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bifrost {

/// True for well-formed UTF-8 (no surrogates, no overlong forms, at most U+10FFFF).
bool is_utf8(std::string_view text);
/// Number of code points of well-formed UTF-8.
std::size_t utf8_length(std::string_view text);
/// True when a C0, C1 or DEL control character stands in it; `allow_lines` lets tab, LF and CR pass.
bool has_control_characters(std::string_view text, bool allow_lines = false);

/// Folds what was typed to a code, `[a-z0-9][a-z0-9_-]{0,63}`: ASCII letters to lower case, spaces and dots
/// to underscores. Nothing when something is left that a code can't hold, or when it is empty or too long.
std::optional<std::string> fold_code(std::string_view typed);
bool is_code(std::string_view text);

/// Lower case for comparing and sorting: ASCII exactly, Latin-1, Greek and Cyrillic letters too. Kept in key
/// columns because the databases disagree about lower().
std::string fold_case(std::string_view text);

/// Escapes `%`, `_` and `\` for LIKE … ESCAPE '\'.
std::string escape_like(std::string_view text);

} // namespace bifrost
