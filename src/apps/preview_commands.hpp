#pragma once

#include <CLI/App.hpp>

namespace bifrost::apps {

/// `bifrost preview remake`: acts on a site, beside a running server or without one.
void add_preview_commands(CLI::App& app, int& exit_code);

} // namespace bifrost::apps
