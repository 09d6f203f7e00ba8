#pragma once

#include "core/result.hpp"
#include "http/message.hpp"

namespace bifrost::api {

/// `fields=code,name`: leaves only those members (and the id) of the entity or of each item in `data`. True
/// when the request asked for it.
Result<bool> project_fields(const http::Request& request, http::Response& response);

} // namespace bifrost::api
