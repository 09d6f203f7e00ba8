#pragma once

#include <string>

#include "api/context.hpp"
#include "http/router.hpp"

namespace bifrost::api {

/// What no route matches: files of the web UI at /, its index page for its own addresses, a problem below
/// /api. `store_origin` is where clients reach the object store when that isn't this server
/// ("https://s3.example.com"): the pages may send bytes there and show those that lie there, and nowhere
/// else.
http::Handler web_files(const Context& context, const std::string& store_origin = {});

} // namespace bifrost::api
