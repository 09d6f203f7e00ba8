#pragma once
// The stored objects that the rows of a backup speak of.

#include <filesystem>
#include <functional>

#include "site/manifest.hpp"

namespace bifrost::site {

struct DumpedObject {
    std::string sha256;
    std::string key;
    std::int64_t size = 0;
};

/// Those that the dumped table of objects says are stored, in the order of their hashes.
Result<> each_object(const std::filesystem::path& folder, const Manifest& manifest,
                     const std::function<Result<>(const DumpedObject&)>& visit);

/// Pictures and movies that were made of objects, without a hash.
Result<> each_preview(const std::filesystem::path& folder, const Manifest& manifest,
                      const std::function<Result<>(const DumpedObject&)>& visit);

} // namespace bifrost::site
