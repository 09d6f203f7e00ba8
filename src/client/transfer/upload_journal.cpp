#include "client/transfer/upload_journal.hpp"

#include "client/transport/json_access.hpp"
#include "core/hash.hpp"
#include "core/json_reader.hpp"
#include "core/json_writer.hpp"

namespace bifrost::client {

UploadJournal::UploadJournal(std::filesystem::path folder, std::string site, std::string project)
    : folder_(std::move(folder)), site_(std::move(site)), project_(std::move(project)) {}

std::filesystem::path UploadJournal::entry(const std::filesystem::path& path, const HashedFile& file) const {
    std::error_code error;
    const std::string key = site_ + '\n' + project_ + '\n' + std::filesystem::absolute(path, error).string() +
                            '\n' + std::to_string(file.stamp.size) + '\n' +
                            std::to_string(file.stamp.modified_ns) + '\n' + file.sha256;
    return folder_ / (sha256_hex(key) + ".json");
}

std::optional<std::string> UploadJournal::find(const std::filesystem::path& path,
                                               const HashedFile& file) const {
    if (file.stamp.size < kLeastSize) return std::nullopt;
    const auto text = read_text(entry(path, file));
    if (!text) return std::nullopt;
    const auto read = json::parse(*text);
    return read ? find_text(*read, "upload_id") : std::nullopt;
}

void UploadJournal::remember(const std::filesystem::path& path, const HashedFile& file,
                             const std::string& upload_id) const {
    if (file.stamp.size < kLeastSize) return;
    std::string text;
    {
        json::ObjectWriter writer{text};
        writer.member("upload_id", upload_id)
            .member("path", path.string())
            .member("site", site_)
            .member("project", project_);
    }
    (void)write_atomically(entry(path, file), text, true);
}

void UploadJournal::forget(const std::filesystem::path& path, const HashedFile& file) const {
    if (file.stamp.size < kLeastSize) return;
    std::error_code error;
    std::filesystem::remove(entry(path, file), error);
}

} // namespace bifrost::client
