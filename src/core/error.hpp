#pragma once
// The one closed list of expected failures, and the value that carries one to the edge.

#include <source_location>
#include <string>
#include <utility>
#include <vector>

#include <boost/assert/source_location.hpp>

namespace bifrost {

/// What kind of expected failure happened. `api/problem.cpp` is the one place that maps it to an HTTP status.
enum class Errc {
    malformed,             ///< 400: the request can't be parsed at all
    unauthenticated,       ///< 401
    forbidden,             ///< 403: may be seen, may not be done
    not_found,             ///< 404: isn't there, or may not be seen
    method_not_allowed,    ///< 405
    not_acceptable,        ///< 406
    conflict,              ///< 409
    gone,                  ///< 410
    stale_revision,        ///< 412
    too_large,             ///< 413
    unsupported_media,     ///< 415
    range_not_satisfiable, ///< 416
    invalid,               ///< 422: understood, and refused; `fields` names every bad field
    precondition_required, ///< 428
    too_many_requests,     ///< 429
    internal,              ///< 500: a bug or a broken part; the detail never leaves the process
    unavailable,           ///< 503: try again
    out_of_space,          ///< 507: the disk or a quota is full
};

/// One bad field of a request: a JSON pointer into it and a sentence.
struct FieldError {
    std::string pointer;
    std::string detail;
};

/// An expected failure: a code, a sentence for people (what happened and what to do), and what machines need.
struct Error {
    Errc code = Errc::internal;
    std::string detail;
    std::vector<FieldError> fields{};
    /// Further members of the problem document: name and JSON text, e.g. {"open", "[\"review\"]"}.
    std::vector<std::pair<std::string, std::string>> members{};
    int retry_after_seconds = 0;
    /// The violated constraint, when a database refused ("entity_parent_id_code_key"); never leaves the
    /// process.
    std::string constraint{};

    Error() = default;
    Error(Errc c, std::string d) : code(c), detail(std::move(d)) {}

    Error&& with(std::string name, std::string json) && {
        members.emplace_back(std::move(name), std::move(json));
        return std::move(*this);
    }
};

/// A 422 for one field. `pointer` is a JSON pointer ("/code").
Error invalid_field(std::string pointer, std::string detail);

/// Called by `Result::value()` on an error; such a call is a bug, so it throws std::logic_error.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

} // namespace bifrost
