#include "core/log.hpp"

#include <atomic>
#include <memory>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "core/json_writer.hpp"
#include "core/timestamp.hpp"

namespace bifrost::log {
namespace {

std::atomic<Level> least_level{Level::info};
std::atomic<Format> format{Format::text};

spdlog::logger& sink() {
    static spdlog::logger logger = [] {
        spdlog::logger made("bifrost", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made.set_pattern("%v");
        made.set_level(spdlog::level::trace);
        made.flush_on(spdlog::level::trace);
        return made;
    }();
    return logger;
}

std::string_view name(Level level) {
    switch (level) {
    case Level::debug:
        return "DEBUG";
    case Level::info:
        return "INFO";
    case Level::warning:
        return "WARNING";
    case Level::error:
        return "ERROR";
    }
    return "INFO";
}

} // namespace

void configure(Level level, Format chosen) {
    least_level = level;
    format = chosen;
}

bool parse_level(std::string_view text, Level& level) {
    std::string upper;
    for (const char c : text) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    for (const Level known : {Level::debug, Level::info, Level::warning, Level::error}) {
        if (name(known) == upper) {
            level = known;
            return true;
        }
    }
    return false;
}

bool enabled(Level level) { return level >= least_level.load(std::memory_order_relaxed); }

void write(Level level, std::string_view message, Fields fields) {
    if (!enabled(level)) return;
    std::string line;
    if (format.load(std::memory_order_relaxed) == Format::json) {
        json::ObjectWriter object(line);
        object.member("time", Timestamp::now()).member("level", name(level)).member("message", message);
        for (const auto& [key, value] : fields) object.member(key, value);
    } else {
        line = Timestamp::now().text() + " " + std::string(name(level)) + " " + std::string(message);
        for (const auto& [key, value] : fields) line.append(" ").append(key).append("=").append(value);
    }
    sink().log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

} // namespace bifrost::log
