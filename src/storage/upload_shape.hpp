#pragma once
// How an upload is cut into parts, and what a list of parts must be to be put together.

#include <cstdint>
#include <optional>
#include <vector>

#include "storage/object_store.hpp"

namespace bifrost::storage {

struct UploadShape {
    std::int64_t size = 0;
    std::int64_t part_size = 1;

    [[nodiscard]] std::int64_t part_count() const { return size == 0 ? 0 : (size - 1) / part_size + 1; }
    [[nodiscard]] std::int64_t offset_of(std::int64_t number) const { return (number - 1) * part_size; }
    /// The exact size of a part; nothing when the upload has no part of this number.
    [[nodiscard]] std::optional<std::int64_t> size_of(std::int64_t number) const;
};

/// Compares what a caller wants put together with what arrived (sorted by number). invalid with a field error
/// "/parts/<index>" for each part that is missing, repeated, out of order or another one; the first twenty.
Result<> check_parts(const UploadShape& shape, const std::vector<Part>& arrived,
                     const std::vector<Part>& wanted);

} // namespace bifrost::storage
