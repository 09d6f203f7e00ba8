#pragma once
// Bytes that the program stores itself: previews, and what restore and transfer bring.

#include <functional>
#include <string>
#include <string_view>

#include "storage/object_store.hpp"

namespace bifrost::storage {

/// Gives the next bytes: up to `size` of them into `data`, fewer only at the end; an error ends the storing.
using ByteSource = std::function<Result<std::size_t>(void* data, std::size_t size)>;

struct StoredBytes {
    std::string sha256; ///< of what was sent, 64 lower-case hex digits
    std::int64_t size = 0;
};

/// Stores exactly `size` bytes under a key that is free, in parts of 8 MiB (larger ones when there would be
/// more than 10,000), and leaves nothing behind when it fails. Durable only after `sync`. invalid: the source
/// ended early or has more; conflict: other bytes lie under the key.
Result<StoredBytes> put_object(ObjectStore& store, const std::string& key, std::int64_t size,
                               const ByteSource& source);
/// The same for bytes in memory.
Result<StoredBytes> put_object(ObjectStore& store, const std::string& key, std::string_view bytes);

} // namespace bifrost::storage
