#pragma once

#include <CLI/App.hpp>

namespace bifrost::apps {

/// `bifrost drill`: restores the newest backup of a folder into a scratch site and proves it.
void add_drill_command(CLI::App& app, int& exit_code);

} // namespace bifrost::apps
