#pragma once
// What a command has written, so that the next one reads no older state, whichever server answers it:
// X-Bifrost-Consistency between two commands. One small file a site, in a folder beside the credentials.

#include <filesystem>
#include <string>

#include "core/result.hpp"

namespace bifrost::client {

class SeenFile {
  public:
    /// The file of the site with this URL; it need not be there.
    explicit SeenFile(const std::string& url);
    SeenFile(const std::string& url, const std::filesystem::path& folder);

    /// The token of the last write, when it is younger than a minute: by then every replica that is let serve
    /// has replayed it. Empty otherwise, and when the file can't be read: then a read may be older, not
    /// wrong.
    [[nodiscard]] std::string load() const;
    /// Keeps the token. An error is for whoever wants to tell it.
    [[nodiscard]] Result<> save(const std::string& token) const;

  private:
    std::filesystem::path path_;
};

} // namespace bifrost::client
