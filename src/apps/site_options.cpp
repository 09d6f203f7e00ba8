#include "apps/site_options.hpp"

#include <fstream>
#include <sstream>

#include <unistd.h>

#include "core/log.hpp"

namespace bifrost::apps {
namespace {

Result<std::string> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (file) text << file.rdbuf();
    if (!file) return Error{Errc::unavailable, "The file " + path + " can't be read."};
    return text.str();
}

std::map<std::string, std::string> environment_variables() {
    std::map<std::string, std::string> variables;
    for (char** one = environ; *one != nullptr; ++one) {
        const std::string_view text = *one;
        const auto equals = text.find('=');
        if (equals != std::string_view::npos)
            variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

} // namespace

void SiteOptions::add_flag(CLI::App& command, const config::Setting& setting) {
    const std::string name(setting.name);
    const std::string help(setting.help);
    CLI::Option* option = nullptr;
    if (setting.kind == config::Kind::flag) {
        std::string names = setting.flag();
        if (setting.fallback == "true") names += ",!--no-" + setting.flag().substr(2);
        option = command.add_flag_function(
            names, [this, name](std::int64_t count) { flags_[name] = count > 0 ? "true" : "false"; }, help);
    } else {
        option = command.add_option_function<std::string>(
            setting.flag(), [this, name](const std::string& value) { flags_[name] = value; },
            setting.fallback.empty() ? help : help + " [" + std::string(setting.fallback) + "]");
    }
    option->group(std::string(setting.group));
}

void SiteOptions::add_to(CLI::App& command) {
    command.add_option("--config", file_, "Settings file (YAML)")->envname("BIFROST_CONFIG");
    for (const auto& setting : config::settings())
        if (setting.name == "BIFROST_DATA") add_flag(command, setting);
}

void SiteOptions::add_all_to(CLI::App& command) {
    command.add_option("--config", file_, "Settings file (YAML)")->envname("BIFROST_CONFIG");
    for (const auto& setting : config::settings())
        if (!setting.flag().empty()) add_flag(command, setting);
    command.footer(
        "Every setting can also stand in the environment or in the settings file; those that are secret only "
        "there. `bifrost settings` shows them all.");
}

Result<> SiteOptions::load() {
    config::Sources sources;
    sources.file = file_;
    sources.environment = environment_variables();
    sources.flags = flags_;
    sources.read_file = read_file;
    BIFROST_ASSIGN(loaded_, config::load(sources));
    log::Level level{};
    if (!log::parse_level(loaded_.config.log_level, level)) level = log::Level::info;
    log::configure(level, loaded_.config.logs_json() ? log::Format::json : log::Format::text);
    for (const auto& warning : loaded_.warnings) log::warning(warning);
    return {};
}

} // namespace bifrost::apps
