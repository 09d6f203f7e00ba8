#pragma once
// What a shared file system does with names, found out by trying.

#include <string>

#include "core/result.hpp"

namespace bifrost::storage {

struct DiskTraits {
    bool tells_cases_apart = false; ///< "Hero" and "hero" are two files
    bool tells_forms_apart = false; ///< so are the two Unicode forms of an accent
    bool moves_never_replace = false;
    bool takes_links = false; ///< symbolic ones, for the old places of what was moved
};

/// Tries it out in a folder below kMaking, and removes that again. unavailable when it can't be written.
Result<DiskTraits> probe_disk(const std::string& root);

} // namespace bifrost::storage
