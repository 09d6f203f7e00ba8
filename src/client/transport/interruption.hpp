#pragma once
// Ctrl-C: asked for once it lets the running work clean up behind itself, the second time it ends the
// program.

namespace bifrost::client {

/// From now on SIGINT, SIGTERM and SIGHUP set a flag instead of ending the program; a second one ends it.
void watch_for_interruption();
/// True once the user asked to stop. Long work looks here between steps.
bool interrupted();

} // namespace bifrost::client
