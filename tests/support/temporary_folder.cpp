#include "support/temporary_folder.hpp"

#include <cstdlib>
#include <stdexcept>
#include <system_error>

namespace bifrost::tests {

TemporaryFolder::TemporaryFolder() {
    const char* base = std::getenv("TMPDIR");
    std::string pattern = std::string(base != nullptr ? base : "/tmp") + "/bifrost-test-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed for " + pattern);
    path_ = pattern;
    std::filesystem::permissions(path_,
                                 std::filesystem::perms::owner_all | std::filesystem::perms::others_read |
                                     std::filesystem::perms::others_exec |
                                     std::filesystem::perms::group_read | std::filesystem::perms::group_exec);
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code
        ignored; // a test that made files unremovable has failed already; /tmp is cleaned by the system
    std::filesystem::remove_all(path_, ignored);
}

} // namespace bifrost::tests
