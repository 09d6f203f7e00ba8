#include "client/transfer/object_cache.hpp"

#include <cerrno>
#include <cstring>

#include <sys/stat.h>

namespace bifrost::client {

std::filesystem::path ObjectCache::object(const std::string& sha256) const {
    return folder_ / "objects" / sha256.substr(0, 2) / sha256;
}

std::filesystem::path ObjectCache::unfinished(const std::string& sha256) const {
    return folder_ / "downloads" / sha256;
}

bool ObjectCache::accept(const std::string& sha256, std::int64_t size,
                         const Result<HashedFile>& hashed) const {
    if (!hashed) return false;
    if (hashed->sha256 == sha256 && hashed->stamp.size == size) return true;
    std::error_code error;
    std::filesystem::remove(object(sha256), error);
    return false;
}

Result<> ObjectCache::adopt(const std::filesystem::path& collected, const std::string& sha256) const {

    const auto to = object(sha256);
    std::error_code error;
    std::filesystem::create_directories(to.parent_path(), error);
    // Read-only, because hard links of it lie in people's folders.
    if (!error && ::chmod(collected.c_str(), 0444) != 0) error = {errno, std::generic_category()};
    if (!error) std::filesystem::rename(collected, to, error);
    if (error)
        return Error{Errc::forbidden, "The cache " + folder_.string() + " can't be written: " +
                                          error.message() + ". Set BIFROST_CACHE_DIR to another folder."};
    return {};
}

} // namespace bifrost::client
