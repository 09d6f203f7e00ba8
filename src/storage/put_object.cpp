#include "storage/put_object.hpp"

#include <algorithm>
#include <cstring>

#include "core/hash.hpp"

namespace bifrost::storage {
namespace {

constexpr std::int64_t kPartSize = 8LL << 20;
constexpr std::int64_t kMostParts = 10'000; // S3 takes no more

std::int64_t part_size_of(std::int64_t size) {
    return std::max(kPartSize, (size + kMostParts - 1) / kMostParts);
}

/// Fills the buffer as far as the source goes.
Result<std::size_t> fill(const ByteSource& source, std::string& buffer) {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
        BIFROST_ASSIGN(const std::size_t got, source(buffer.data() + filled, buffer.size() - filled));
        if (got == 0) break;
        filled += got;
    }
    return filled;
}

/// The parts and the hash of everything.
Result<std::vector<Part>> send_parts(ObjectStore& store, const std::string& key, const std::string& upload,
                                     std::int64_t size, const ByteSource& source, Sha256& hash) {
    const std::int64_t part_size = part_size_of(size);
    std::vector<Part> parts;
    std::string buffer;
    for (std::int64_t sent = 0; sent < size; sent += static_cast<std::int64_t>(buffer.size())) {
        buffer.resize(static_cast<std::size_t>(std::min(part_size, size - sent)));
        BIFROST_ASSIGN(const std::size_t filled, fill(source, buffer));
        if (filled < buffer.size()) {
            return Error{Errc::invalid, "The bytes ended after " +
                                            std::to_string(sent + static_cast<std::int64_t>(filled)) +
                                            " where there should be " + std::to_string(size) + "."};
        }
        hash.update(buffer.data(), buffer.size());
        BIFROST_ASSIGN(Part part, store.put_part(key, upload, static_cast<int>(parts.size()) + 1, buffer));
        parts.push_back(std::move(part));
    }
    std::string rest(1, '\0');
    BIFROST_ASSIGN(const std::size_t more, fill(source, rest));
    if (more > 0)
        return Error{Errc::invalid,
                     "There are more bytes than the " + std::to_string(size) + " that were told."};
    return parts;
}

} // namespace

Result<StoredBytes> put_object(ObjectStore& store, const std::string& key, std::int64_t size,
                               const ByteSource& source) {
    BIFROST_ASSIGN(const std::string upload, store.begin_upload(key, size, part_size_of(size)));
    Sha256 hash;
    const auto stored = [&]() -> Result<> {
        BIFROST_ASSIGN(const auto parts, send_parts(store, key, upload, size, source, hash));
        BIFROST_CHECK(store.complete_upload(key, upload, parts));
        return {};
    }();
    if (!stored) {
        // What remains of it otherwise is found by the collector; the first error is the one that counts.
        static_cast<void>(store.abort_upload(key, upload));
        return stored.error();
    }
    return StoredBytes{hash.finish_hex(), size};
}

Result<StoredBytes> put_object(ObjectStore& store, const std::string& key, std::string_view bytes) {
    const auto source = [&](void* data, std::size_t size) -> Result<std::size_t> {
        const std::size_t now = std::min(size, bytes.size());
        std::memcpy(data, bytes.data(), now);
        bytes.remove_prefix(now);
        return now;
    };
    return put_object(store, key, static_cast<std::int64_t>(bytes.size()), source);
}

} // namespace bifrost::storage
