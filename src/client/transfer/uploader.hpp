#pragma once
// Brings files to the site: groups of up to a thousand are announced in one call, their parts go out on a few
// connections at once, and are completed in one call, while the next group is under way already.

#include <functional>
#include <memory>
#include <string>

#include "client/transfer/local_file.hpp"
#include "client/transfer/progress.hpp"
#include "client/transport/api.hpp"

namespace bifrost::client {

struct UploadOptions {
    std::string project_id;
    std::size_t parallel = 6;
    std::filesystem::path journal_folder; ///< where unfinished large uploads are remembered
    Progress* progress = nullptr;         ///< hears of every byte that is stored, sent or not
};

struct UploadItem {
    std::filesystem::path path; ///< where the bytes are now
    std::string name;           ///< what the file is called in its version
    HashedFile file;
};

struct StoredFile {
    std::string upload_id;
    bool reused = false; ///< nothing was sent: the site had these bytes, or this run sent them already
};

/// Thread-safe. After the first failure everything else that was added fails with the same error.
class Uploader {
  public:
    Uploader(Api& api, UploadOptions options);
    Uploader(const Uploader&) = delete;
    Uploader& operator=(const Uploader&) = delete;
    ~Uploader();

    using Done = std::function<void(Result<StoredFile>)>;
    /// Queues a file; `done` runs once in one of the uploader's threads when the bytes are stored and
    /// verified.
    void add(UploadItem item, Done done);
    /// No more files come: sends what waits and returns when every `done` has run.
    Result<> finish();
    /// Sends nothing more: what isn't stored yet fails with this error.
    void abandon(const Error& error);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace bifrost::client
