#pragma once
// What somebody may not see of metadata, taken out of a JSON value.

#include <boost/json/value.hpp>

#include "services/project/field.hpp"

namespace bifrost::project {

/// Takes the keys out of every `metadata` in a JSON value, whether it is an entity's, of an event's patch or
/// of a change in a history.
void remove_hidden(boost::json::value& value, const HiddenKeys& hidden);

} // namespace bifrost::project
