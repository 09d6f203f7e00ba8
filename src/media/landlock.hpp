#pragma once
// Landlock by its system calls (landlock(7)): glibc has no functions for them, and Debian 12's headers know
// only the first of its versions.

#include <filesystem>
#include <vector>

#include "core/result.hpp"

namespace bifrost::media {

/// The version of Landlock that the kernel has; 0 when it has none or it is turned off.
int landlock_abi();

struct LandlockRules {
    std::vector<std::filesystem::path>
        readable; ///< files and whole folders; those that aren't there are left out
    std::vector<std::filesystem::path> executable; ///< programs; readable too
    std::vector<std::filesystem::path> devices;    ///< files to read and write
    std::filesystem::path folder;                  ///< files may be made, written and removed in it
};

/// A descriptor of a ruleset that refuses everything else of the file system, TCP, and signals to processes
/// outside; the caller closes it. Only when landlock_abi() is not 0.
Result<int> make_landlock_ruleset(const LandlockRules& rules);

} // namespace bifrost::media
