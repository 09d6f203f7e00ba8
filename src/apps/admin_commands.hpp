#pragma once

#include <CLI/App.hpp>

namespace bifrost::apps {

/// Commands that act directly on a site and need no running server: user, token, role, migrate, doctor,
/// health, demo, routes.
void add_admin_commands(CLI::App& app, int& exit_code);

} // namespace bifrost::apps
