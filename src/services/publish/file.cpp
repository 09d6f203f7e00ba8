#include "services/publish/file.hpp"

#include <unordered_map>
#include <unordered_set>

#include "core/hash.hpp"
#include "core/text.hpp"
#include "services/publish/file.sql.hpp"
#include "services/publish/file_path.hpp"
#include "services/publish/representation.hpp"
#include "services/publish/version.sql.hpp"
#include "services/publish/version_row.hpp"

namespace bifrost::publish {
namespace {

using access::Actor;
using access::Call;

constexpr std::string_view kColumns =
    "select f.id, f.version_id, r.name, f.path, f.role, f.frame, f.size, f.sha256, f.media_type, "
    "'/api/v1/files/' || cast(f.id as text) || '/download', "
    "coalesce(p.state, case v.preview_state when 'pending' then 'pending' else 'none' end), "
    "case when p.state = 'ready' then '/api/v1/media/' || p.hash || '/' || cast(p.recipe as text) || "
    "'/thumbnail' end";
constexpr std::string_view kFrom =
    "from file f join representation r on r.id = f.representation_id join version v on v.id = f.version_id "
    "left join preview p on p.hash = coalesce(f.sequence_hash, f.sha256)";

/// A row of find_file, when the actor may see its version.
struct SeenFile {
    File file;
    std::optional<std::string> key;
    std::optional<std::string> object_state;
};

Result<SeenFile> see_file(database::Tx& tx, const Actor& actor, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_file, id));
    if (!rows.empty()) {
        const auto row = rows[0];
        constexpr std::size_t kOwn = 12;
        Version version;
        version.project_id = row.id(kOwn);
        version.state = row.text(kOwn + 1);
        version.author_id = row.id(kOwn + 2);
        if (sees_version(actor, version))
            return SeenFile{row.as<File>(), row.get<std::optional<std::string>>(kOwn + 3),
                            row.get<std::optional<std::string>>(kOwn + 4)};
    }
    return Error{Errc::not_found, "There is no such file."};
}

/// The keys of the folders that a path lies in.
std::vector<std::string> folder_keys(const std::string& key) {
    std::vector<std::string> folders;
    for (std::size_t slash = key.find('/'); slash != std::string::npos; slash = key.find('/', slash + 1))
        folders.push_back(key.substr(0, slash));
    return folders;
}

/// Refuses new files in whose way there is one of the version.
Result<> check_clashes(database::Tx& tx, const Id& version_id, const std::vector<NewFile>& files) {
    std::vector<std::string> keys;
    std::unordered_set<std::string> folders;
    for (const auto& file : files) {
        keys.push_back(path_key(file.path));
        for (auto& folder : folder_keys(keys.back())) folders.insert(std::move(folder));
    }
    const std::vector<std::string> folder_list(folders.begin(), folders.end());
    BIFROST_ASSIGN(const auto clash, tx.query(sql::find_path_clash, version_id, json::to_json(keys),
                                              json::to_json(folder_list)));
    if (clash.empty()) return {};
    return Error{Errc::conflict,
                 "The version has a file '" + std::string(clash[0].text(0)) +
                     "' in the way: a path stands once, whatever its case, and is no folder of another."};
}

std::int64_t sum_of(const std::vector<NewFile>& files) {
    std::int64_t sum = 0;
    for (const auto& file : files) sum += file.size;
    return sum;
}

} // namespace

Result<query::Page<File>> list_files(database::Tx& tx, const Actor& actor, const Id& version_id,
                                     const query::ListRequest& request, std::string_view representation) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_version, version_id));
    if (rows.empty() || !sees_version(actor, read_version(rows[0])))
        return Error{Errc::not_found, "There is no such version."};
    query::ListQuery list(kColumns, kFrom, "f.id", {{"path", "f.path_key"}}, "path");
    list.where("f.version_id = ?", database::make_params(version_id));
    if (!representation.empty())
        list.where("r.name = ?", database::make_params(fold_code(representation).value_or("")));
    return list.page<File>(tx, request);
}

Result<File> get_file(database::Tx& tx, const Actor& actor, const Id& id) {
    BIFROST_ASSIGN(auto seen, see_file(tx, actor, id));
    return std::move(seen.file);
}

Result<StoredFile> get_stored_file(database::Tx& tx, const Actor& actor, const Id& id) {
    BIFROST_ASSIGN(auto seen, see_file(tx, actor, id));
    if (!seen.file.sha256 || !seen.key)
        return Error{Errc::conflict,
                     "The bytes of the file are not verified yet; try again when its version is "
                     "published."};
    if (seen.object_state == "missing" || seen.object_state == "removing")
        return Error{Errc::conflict,
                     "The bytes of the file are missing in the store; an administrator has to "
                     "restore them from a backup."};
    return StoredFile{std::move(seen.file), std::move(*seen.key)};
}

Result<std::vector<File>> add_files(Call& call, const Id& version_id, const boost::json::value& body) {
    BIFROST_ASSIGN(const Version version, lock_draft(call, version_id));
    json::Reader reader(body);
    std::vector<NewFile> files = read_files(reader, true);
    auto added = read_representations(reader);
    BIFROST_CHECK(reader.finish());
    BIFROST_CHECK(find_bytes(call, version.project_id, files));
    BIFROST_CHECK(check_clashes(call.tx, version_id, files));
    BIFROST_ASSIGN(auto existing, list_representations(call.tx, {version_id}));
    RepresentationSet representations(std::move(existing.front()));
    BIFROST_CHECK(representations.add(std::move(added)));
    for (const auto& file : files) representations.id_for(file);
    BIFROST_CHECK(insert_representations(call.tx, version_id, representations.added()));
    BIFROST_ASSIGN(auto inserted, insert_files(call.tx, version_id, files, representations));
    BIFROST_CHECK(call.tx.defer(sql::extend_version, version_id, files.size(), sum_of(files)));
    BIFROST_CHECK(project::touch_entity(call, version_id, {}));
    call.changes.add({"version.extended", version.project_id, "version", version_id,
                      "{\"after\":{\"file_count\":" +
                          std::to_string(version.file_count + static_cast<std::int64_t>(files.size())) +
                          "},\"before\":{\"file_count\":" + std::to_string(version.file_count) + "}}"});
    return inserted;
}

Result<std::vector<File>> insert_files(database::Tx& tx, const Id& version_id,
                                       const std::vector<NewFile>& files,
                                       RepresentationSet& representations) {
    std::vector<database::Params> rows;
    std::vector<File> inserted;
    for (const auto& file : files) {
        rows.push_back(database::make_params(file.id, version_id, representations.id_for(file), file.role,
                                             file.path, path_key(file.path), file.frame, file.size,
                                             file.sha256, file.media_type, file.upload_id));
        inserted.push_back({file.id, version_id, file.representation, file.path, file.role, file.frame,
                            file.size, file.sha256, file.media_type,
                            "/api/v1/files/" + file.id.text() + "/download", "none", std::nullopt});
    }
    for (const auto& row : rows) BIFROST_CHECK(tx.defer_row(sql::insert_file, row));
    return inserted;
}

} // namespace bifrost::publish
