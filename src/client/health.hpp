#pragma once

#include <string>

#include "core/result.hpp"

namespace bifrost::client {

/// The answer of the server's /health as JSON text; unavailable when there is none or it says `down`.
Result<std::string> ask_health(const std::string& url);

} // namespace bifrost::client
