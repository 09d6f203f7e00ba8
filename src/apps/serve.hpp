#pragma once

#include <CLI/App.hpp>

namespace bifrost::apps {

/// `bifrost serve`: everything in one process.
void add_serve_command(CLI::App& app, int& exit_code);

/// One line on standard error, as every command ends that failed.
int fail(const std::string& sentence);

} // namespace bifrost::apps
