#include "core/error.hpp"

#include <stdexcept>

namespace bifrost {

Error invalid_field(std::string pointer, std::string detail) {
    Error error{Errc::invalid, "The request has a field that can't be accepted."};
    error.fields.push_back({std::move(pointer), std::move(detail)});
    return error;
}

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
    throw std::logic_error("value() of a failed result at " + where.to_string() + ": " + error.detail);
}

} // namespace bifrost
