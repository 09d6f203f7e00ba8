#pragma once
// Result<T>: a value or an Error. Expected failures travel this way; exceptions are bugs.

#include <utility>

#include <boost/system/result.hpp>

#include "core/error.hpp"

namespace bifrost {

template <class T = void>
using Result = boost::system::result<T, Error>;

} // namespace bifrost

#define BIFROST_CONCAT_INNER(a, b) a##b
#define BIFROST_CONCAT(a, b) BIFROST_CONCAT_INNER(a, b)

/// BIFROST_ASSIGN(auto x, expression): takes the value of a Result, or returns its error from this function.
#define BIFROST_ASSIGN(declaration, expression)                                                              \
    auto BIFROST_CONCAT(result_, __LINE__) = (expression);                                                   \
    if (!BIFROST_CONCAT(result_, __LINE__)) return std::move(BIFROST_CONCAT(result_, __LINE__)).error();     \
    declaration = std::move(*BIFROST_CONCAT(result_, __LINE__))

/// BIFROST_CHECK(expression): returns the error of a Result from this function, or goes on.
#define BIFROST_CHECK(expression)                                                                            \
    do {                                                                                                     \
        if (auto BIFROST_CONCAT(checked_, __LINE__) = (expression); !BIFROST_CONCAT(checked_, __LINE__))     \
            return std::move(BIFROST_CONCAT(checked_, __LINE__)).error();                                    \
    } while (false)
