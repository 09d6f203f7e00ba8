#pragma once

#include "api/context.hpp"
#include "http/router.hpp"

namespace bifrost::api {

/// What no route matches: files of the web UI at /, its index page for its own addresses, a problem below
/// /api.
http::Handler web_files(const Context& context);

} // namespace bifrost::api
