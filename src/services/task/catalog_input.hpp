#pragma once
// Reading the members of departments, task types and templates; shared by the sources of the catalog.

#include "core/json_reader.hpp"
#include "services/task/catalog.hpp"

namespace bifrost::task {

/// Read the members into `entry`; those that refer to something else are checked against the database.
/// `is_new`: code and name are required.
Result<> read_members(access::Call& call, json::Reader& reader, Department& entry, bool is_new);
Result<> read_members(access::Call& call, json::Reader& reader, TaskType& entry, bool is_new);
Result<> read_members(access::Call& call, json::Reader& reader, TaskTemplate& entry, bool is_new);

} // namespace bifrost::task
