#pragma once
// The client half of the program: everything that talks to a running site over HTTP.

namespace CLI {
class App;
}

namespace bifrost::client {

/// Adds every client command (login, project, asset, version, publish, get, ingest, search, job, …) to `app`;
/// their callbacks run while CLI11 parses. `exit_code` must outlive the parse: it becomes 1 when a command
/// failed and 2 when its arguments make no sense; errors have been printed to standard error by then. It
/// isn't touched on success.
void register_commands(CLI::App& app, int& exit_code);

} // namespace bifrost::client
