#pragma once
// Reading a batch: its operations, and the references from later ones to what earlier ones made.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "core/id.hpp"
#include "core/result.hpp"

namespace bifrost::api {

struct BatchOperation {
    std::string op;
    std::string path; ///< as sent, without "/api/v1"
    const boost::json::value* body = nullptr;
    std::optional<std::string> ref;
    std::optional<std::int64_t> if_revision;
};

/// Every fault of the envelope at once ("/operations/3/op"), with the member `operation` of the first. The
/// operations point into `body`.
Result<std::vector<BatchOperation>> read_batch(const boost::json::value& body);

/// Ids by the name of the operation that made them.
using References = std::map<std::string, Id, std::less<>>;

/// Puts ids for the segments `$name` of a path; invalid ("/path") for a name that no earlier operation has.
Result<std::string> resolve_path(std::string_view path, const References& references);
/// The value with each text that is `$name` of an earlier operation and nothing else replaced by its id.
boost::json::value resolve_body(const boost::json::value& body, const References& references);

/// The error of one operation as the batch's: its index as `operation`, its pointers below
/// "/operations/<index>". Services point into the body.
Error error_of_operation(Error error, std::size_t index);

} // namespace bifrost::api
