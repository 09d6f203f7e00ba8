#pragma once

#include <CLI/App.hpp>

namespace bifrost::apps {

/// `bifrost doctor` checks a site's parts and says what to do; `bifrost health` asks a running server for
/// /health.
void add_doctor_commands(CLI::App& app, int& exit_code);

} // namespace bifrost::apps
