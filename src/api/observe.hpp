#pragma once

#include "http/server.hpp"

namespace bifrost::api {

/// Counts and times every finished request by operation and status, and logs it (failures at warning, the
/// rest at debug).
http::Observer observe_requests();

} // namespace bifrost::api
