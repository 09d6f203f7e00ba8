#pragma once
// The operations that a batch can hold, as a table: what is done to which path, and the service that does it.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "access/call.hpp"

namespace bifrost::api {

/// One operation with its references resolved.
struct BatchStep {
    std::string op;   ///< create, update, archive, restore, publish, transition
    std::string path; ///< below /api/v1
    boost::json::value body;
    std::optional<std::int64_t> if_revision;
};

struct BatchOutcome {
    int status = 200;
    Id id; ///< of the entity that was made or changed
    std::int64_t revision = 1;
};

/// Ids of projects by the code that a batch names them by, so that each is looked up once.
using ProjectIds = std::map<std::string, std::string, std::less<>>;

/// invalid ("/path") when a batch can't do this; else what the service says.
Result<BatchOutcome> run_step(access::Call& call, const BatchStep& step, ProjectIds& known);

} // namespace bifrost::api
