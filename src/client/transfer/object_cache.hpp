#pragma once
// Contents that were downloaded before, by sha256: <cache>/objects/<aa>/<sha256>, read-only.

#include <filesystem>
#include <string>

#include "client/transfer/local_file.hpp"

namespace bifrost::client {

class ObjectCache {
  public:
    explicit ObjectCache(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Where that content lies or would lie.
    [[nodiscard]] std::filesystem::path object(const std::string& sha256) const;
    /// Where it is collected while it is being downloaded.
    [[nodiscard]] std::filesystem::path unfinished(const std::string& sha256) const;

    /// Judges what hashing object(sha256) gave: true when its bytes are still right; a damaged one is
    /// removed.
    [[nodiscard]] bool accept(const std::string& sha256, std::int64_t size,
                              const Result<HashedFile>& hashed) const;
    /// Makes the collected, checked bytes the cache's object, in one step.
    Result<> adopt(const std::filesystem::path& collected, const std::string& sha256) const;

  private:
    std::filesystem::path folder_;
};

} // namespace bifrost::client
