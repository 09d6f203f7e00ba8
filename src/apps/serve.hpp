#pragma once

#include <CLI/App.hpp>

namespace bifrost::apps {

/// `bifrost serve`: everything in one process; `bifrost api` and `bifrost worker`: the roles of a site of
/// many.
void add_role_commands(CLI::App& app, int& exit_code);

/// One line on standard error, as every command ends that failed; the exit code for that.
int fail(const std::string& sentence);

} // namespace bifrost::apps
