#pragma once
// A folder of its own for one test, removed with everything in it.

#include <filesystem>
#include <string>

namespace bifrost::tests {

class TemporaryFolder {
  public:
    /// Made below $TMPDIR (default /tmp); readable by every user, so that servers of another user may work in
    /// it.
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

} // namespace bifrost::tests
