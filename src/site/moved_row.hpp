#pragma once
// What changes in a row when a site moves: the place of its bytes, and what only held where it was.

#include <string>

#include "site/row.hpp"

namespace bifrost::site {

struct Move {
    std::int64_t epoch = 0; ///< of the copy: raised, so that positions of the log go on behind all there were
    std::string from_backend; ///< of the bytes: local or s3
    std::string to_backend;
};

/// Changes the row to what the copy shall have; false when the copy doesn't have it. Uploads that were not
/// complete fail: their parts stay where they were.
bool move_row(const Table& table, const Move& move, Row& row);

} // namespace bifrost::site
