#pragma once
// What an earlier ingest of the same folder learnt: hashes and references of files that have not changed
// since, and which version holds which manifest. A second run then reads nothing but times and sizes. Losing
// it costs time only.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/transfer/local_file.hpp"

namespace bifrost::client {

struct KnownFile {
    FileStamp stamp;
    std::string sha256;
    /// What the reference rules found: number of the rule and the value; in order.
    std::vector<std::pair<int, std::string>> references;
};

class IngestCache {
  public:
    /// <folder>/<hash of site, project and root>.db; one that can't be read is an empty one.
    /// `rules_text` identifies the reference rules: with others, files are read again.
    static IngestCache load(const std::filesystem::path& folder, const std::string& site,
                            const std::string& project, const std::filesystem::path& root,
                            const std::string& rules_text);

    /// What is known of the file, when its stamp is still the same.
    [[nodiscard]] const KnownFile* find(const std::string& path, const FileStamp& stamp) const;
    void set(const std::string& path, KnownFile file) { files_[path] = std::move(file); }
    /// Forgets every file that isn't among `paths` (sorted).
    void keep_only(const std::vector<std::string>& paths);

    /// The manifest of a version; versions are written once, so that it holds for ever.
    [[nodiscard]] std::optional<std::string> find_manifest(const std::string& version_id) const;
    void set_manifest(const std::string& version_id, std::string manifest) {
        manifests_[version_id] = std::move(manifest);
    }

    /// Files that were touched after `trusted_until_ns` (since the epoch) are left out: another write within
    /// the same tick of the file system's clock would go unseen.
    Result<> save(std::int64_t trusted_until_ns) const;

  private:
    bool read(const std::string& text, const std::string& rules_hash);

    std::filesystem::path path_;
    std::string rules_hash_;
    std::unordered_map<std::string, KnownFile> files_;
    std::unordered_map<std::string, std::string> manifests_;
};

} // namespace bifrost::client
