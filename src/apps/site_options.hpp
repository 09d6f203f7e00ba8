#pragma once
// The options of a command that works on a site: which settings file, and the flags of the settings' table.

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include <CLI/App.hpp>

#include "core/config.hpp"

namespace bifrost::apps {

class SiteOptions {
  public:
    /// Adds --config and --data to a command.
    void add_to(CLI::App& command);
    /// Adds --config and a flag for every setting that may be one.
    void add_all_to(CLI::App& command);
    /// Combines the defaults, the settings file, the environment and the flags, configures the log by them
    /// and logs the warnings. To be called once, before threads start. invalid names every bad setting.
    Result<> load();
    /// What was told on the command line, as if by a flag.
    void set_flag(const std::string& name, std::string value) { flags_[name] = std::move(value); }

    [[nodiscard]] const config::Config& config() const { return loaded_.config; }
    [[nodiscard]] const config::Loaded& loaded() const { return loaded_; }
    /// Whether somebody set it, wherever.
    [[nodiscard]] bool is_set(const std::string& name) const { return loaded_.origins.contains(name); }

  private:
    void add_flag(CLI::App& command, const config::Setting& setting);

    std::string file_;
    std::map<std::string, std::string> flags_;
    config::Loaded loaded_;
};

/// Exit codes: a command failed, or was used wrongly (its settings included).
constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

} // namespace bifrost::apps
