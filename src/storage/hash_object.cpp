#include "storage/hash_object.hpp"

#include "core/hash.hpp"

namespace bifrost::storage {

Result<ObjectHash> hash_object(ObjectStore& store, const std::string& key,
                               const std::function<Result<>(std::int64_t done)>& progress) {
    constexpr std::size_t kBuffer = 1 << 20;
    BIFROST_ASSIGN(const auto reader, store.open(key, 0));
    std::vector<char> buffer(kBuffer);
    Sha256 sha;
    ObjectHash hash;
    while (true) {
        BIFROST_ASSIGN(const std::size_t size, reader->read(buffer.data(), buffer.size()));
        if (size == 0) break;
        sha.update(buffer.data(), size);
        hash.size += static_cast<std::int64_t>(size);
        if (progress) BIFROST_CHECK(progress(hash.size));
    }
    hash.sha256 = sha.finish_hex();
    return hash;
}

} // namespace bifrost::storage
