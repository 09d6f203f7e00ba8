#pragma once

#include <CLI/App.hpp>

namespace bifrost::apps {

/// `bifrost settings`: what every setting is, and where its value comes from.
void add_settings_command(CLI::App& app, int& exit_code);

} // namespace bifrost::apps
