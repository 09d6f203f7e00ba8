#pragma once

#include <string>

namespace bifrost::apps {

/// Adds what /proc says of this process (CPU, memory, threads, files, disk, network) and the program's
/// version to every scrape. Called once.
void publish_process_metrics(const std::string& version);

} // namespace bifrost::apps
