// Files as requests describe them: reading, and finding their bytes.

#include <unordered_map>
#include <unordered_set>

#include "core/hash.hpp"
#include "core/text.hpp"
#include "services/publish/file.hpp"
#include "services/publish/file_path.hpp"
#include "services/publish/object.hpp"
#include "services/publish/upload.sql.hpp"
#include "services/publish/upload_row.hpp"

namespace bifrost::publish {
namespace {

using access::Call;

constexpr std::size_t kMostFiles = 1'000;
constexpr std::int64_t kMostFrame = 1'000'000'000;
const std::vector<std::string_view> kRoles = {"main", "preview", "thumbnail", "proxy", "texture", "sidecar"};

NewFile read_one(json::Reader& reader) {
    NewFile file;
    file.path = reader.text("path", {1, 1'000});
    if (const auto fault = path_fault(file.path); fault && !file.path.empty())
        reader.add_error("path", *fault);
    if (const auto name = reader.optional_code("representation")) file.representation = *fold_code(*name);
    if (const auto role = reader.optional_choice("role", kRoles)) file.role = *role;
    file.frame = reader.optional_integer("frame", -kMostFrame, kMostFrame);
    file.upload_id = reader.optional_id("upload_id");
    file.sha256 = reader.optional_text("sha256", {64, 64});
    if (file.sha256 && !is_sha256_hex(*file.sha256))
        reader.add_error("sha256", "must be 64 lower-case hexadecimal digits");
    if (!reader.failed() && file.upload_id.has_value() == file.sha256.has_value())
        reader.add_error("upload_id", "or else sha256 must say where the bytes are: exactly one of them");
    file.size = reader.optional_integer("size", 0, UploadOptions{}.most_bytes).value_or(-1);
    if (file.sha256 && file.size < 0 && !reader.failed()) reader.add_error("size", "is required with sha256");
    file.media_type = reader.optional_text("media_type", {3, 100}).value_or("");
    if (!file.media_type.empty() && !is_media_type(file.media_type))
        reader.add_error("media_type", "must be a media type such as image/png");
    return file;
}

/// Names, at each file, a path that can't lie beside those of the files before it.
class PathBook {
  public:
    std::optional<std::string> fault(const std::string& path) {
        const std::string key = path_key(path);
        if (const auto same = files_.find(key); same != files_.end()) {
            if (same->second == path) return "stands twice in the list";
            return "differs from '" + same->second +
                   "' by case only: such files overwrite each other on many disks";
        }
        if (folders_.contains(key)) return "is a folder of another file";
        std::vector<std::string> above;
        for (std::size_t at = key.find('/'); at != std::string::npos; at = key.find('/', at + 1)) {
            above.push_back(key.substr(0, at));
            if (const auto file = files_.find(above.back()); file != files_.end())
                return "lies in '" + file->second + "', which is a file";
        }
        folders_.insert(above.begin(), above.end());
        files_.emplace(key, path);
        return std::nullopt;
    }

  private:
    std::unordered_map<std::string, std::string> files_;
    std::unordered_set<std::string> folders_;
};

/// Bad fields of the list, all of them at once.
class Faults {
  public:
    void add(std::size_t index, std::string_view field, std::string detail) {
        error_.fields.push_back(
            {"/files/" + std::to_string(index) + "/" + std::string(field), std::move(detail)});
    }
    Result<> outcome() && {
        if (error_.fields.empty()) return {};
        return std::move(error_);
    }

  private:
    Error error_{Errc::invalid, "The request has files whose bytes can't be taken."};
};

void take_upload(NewFile& file, const UploadRow& upload, const Id& project_id, std::size_t index,
                 Faults& faults) {
    if (upload.project_id != project_id)
        return faults.add(index, "upload_id", "is an upload for another project");
    if (upload.state == "failed")
        return faults.add(index, "upload_id", "is an upload that failed; begin another one of the file");
    if (file.size >= 0 && file.size != upload.size)
        return faults.add(index, "size",
                          "is not the size of the upload, which has " + std::to_string(upload.size) +
                              " bytes");
    file.size = upload.size;
    if (upload.state == "complete") file.sha256 = upload.sha256;
    if (file.media_type.empty()) file.media_type = upload.media_type;
}

Result<> find_uploads(Call& call, const Id& project_id, std::vector<NewFile>& files, Faults& faults) {
    std::unordered_set<Id> wanted;
    for (const auto& file : files)
        if (file.upload_id) wanted.insert(*file.upload_id);
    if (wanted.empty()) return {};
    const std::vector<Id> ids(wanted.begin(), wanted.end());
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::find_uploads, json::to_json(ids)));
    std::unordered_map<Id, UploadRow> found;
    for (const auto row : rows) {
        UploadRow upload = row.as<UploadRow>();
        if (owns_upload(call.actor, upload)) found.emplace(upload.id, std::move(upload));
    }
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (!files[i].upload_id) continue;
        const auto upload = found.find(*files[i].upload_id);
        if (upload == found.end())
            faults.add(i, "upload_id", "is no upload of yours");
        else
            take_upload(files[i], upload->second, project_id, i, faults);
    }
    return {};
}

Result<> find_objects(Call& call, std::vector<NewFile>& files, Faults& faults) {
    std::unordered_set<std::string> wanted;
    for (const auto& file : files)
        if (!file.upload_id) wanted.insert(*file.sha256);
    if (wanted.empty()) return {};
    BIFROST_ASSIGN(const auto readable,
                   list_readable_objects(call.tx, call.actor, {wanted.begin(), wanted.end()}));
    std::vector<std::string> hashes;
    for (const auto& object : readable) hashes.push_back(object.sha256);
    std::unordered_map<std::string, std::int64_t> held;
    if (!hashes.empty()) {
        BIFROST_ASSIGN(const auto objects, hold_objects(call.tx, hashes));
        for (const auto& object : objects) held.emplace(object.sha256, object.size);
    }
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (files[i].upload_id) continue;
        const auto object = held.find(*files[i].sha256);
        if (object == held.end())
            faults.add(i, "sha256", "names bytes that are not stored, or that you may not read; upload them");
        else if (object->second != files[i].size)
            faults.add(i, "size",
                       "is not the size of these bytes, which is " + std::to_string(object->second));
    }
    return {};
}

} // namespace

std::vector<NewFile> read_files(json::Reader& reader, bool required) {
    std::vector<NewFile> files;
    const auto* items = reader.array("files", kMostFiles, required);
    if (items == nullptr) return files;
    if (required && items->empty()) reader.add_error("files", "must not be empty");
    PathBook book;
    for (std::size_t i = 0; i < items->size(); ++i) {
        json::Reader item((*items)[i], reader.pointer("files") + "/" + std::to_string(i));
        NewFile file = read_one(item);
        if (!item.failed())
            if (auto fault = book.fault(file.path)) item.add_error("path", std::move(*fault));
        reader.merge(item);
        files.push_back(std::move(file));
    }
    return files;
}

Result<> find_bytes(Call& call, const Id& project_id, std::vector<NewFile>& files) {
    Faults faults;
    BIFROST_CHECK(find_uploads(call, project_id, files, faults));
    BIFROST_CHECK(find_objects(call, files, faults));
    for (auto& file : files)
        if (file.media_type.empty()) file.media_type = media_type_of(file.path);
    return std::move(faults).outcome();
}

} // namespace bifrost::publish
