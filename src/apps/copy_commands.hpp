#pragma once

#include <CLI/App.hpp>

namespace bifrost::apps {

/// backup, restore, verify, transfer.
void add_copy_commands(CLI::App& app, int& exit_code);

} // namespace bifrost::apps
