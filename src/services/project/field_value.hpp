#pragma once
// Values of fields: what is one, and what stands for an entity.

#include <string>

#include <boost/json/value.hpp>

#include "services/project/field.hpp"

namespace bifrost::project {

/// Why a value is none of the field's, as a sentence behind its pointer; empty when it is one. null is the
/// absence of one.
std::string fault_of(const Field& field, const boost::json::value& value);

} // namespace bifrost::project
