#pragma once
// Structured logs: one JSON object a line on standard error (or plain text on a terminal). Never log a
// secret.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace bifrost::log {

enum class Level { debug, info, warning, error };
enum class Format { json, text };

/// To be called once, before threads start; without it: info, text.
void configure(Level level, Format format);
/// "DEBUG", "info", … ; false when the name is unknown.
bool parse_level(std::string_view name, Level& level);
[[nodiscard]] bool enabled(Level level);

using Fields = std::initializer_list<std::pair<std::string_view, std::string>>;

/// One line: the time, the level, `message`, and the fields as members.
void write(Level level, std::string_view message, Fields fields = {});

inline void debug(std::string_view message, Fields fields = {}) { write(Level::debug, message, fields); }
inline void info(std::string_view message, Fields fields = {}) { write(Level::info, message, fields); }
inline void warning(std::string_view message, Fields fields = {}) { write(Level::warning, message, fields); }
inline void error(std::string_view message, Fields fields = {}) { write(Level::error, message, fields); }

} // namespace bifrost::log
