#pragma once
// Remembers which upload a large file was going to, so that a run that was killed goes on where it stopped.

#include <filesystem>
#include <optional>
#include <string>

#include "client/transfer/local_file.hpp"

namespace bifrost::client {

/// One small JSON file an upload under <cache>/uploads. Losing it costs time only.
class UploadJournal {
  public:
    /// `site` and `project` are part of the key: the same file may go to several.
    UploadJournal(std::filesystem::path folder, std::string site, std::string project);

    /// Files smaller than this are sent again from their beginning.
    static constexpr std::int64_t kLeastSize = 8LL * 1024 * 1024;

    [[nodiscard]] std::optional<std::string> find(const std::filesystem::path& path,
                                                  const HashedFile& file) const;
    /// Failing to write is no failure of the upload.
    void remember(const std::filesystem::path& path, const HashedFile& file,
                  const std::string& upload_id) const;
    void forget(const std::filesystem::path& path, const HashedFile& file) const;

  private:
    [[nodiscard]] std::filesystem::path entry(const std::filesystem::path& path,
                                              const HashedFile& file) const;

    std::filesystem::path folder_;
    std::string site_;
    std::string project_;
};

} // namespace bifrost::client
