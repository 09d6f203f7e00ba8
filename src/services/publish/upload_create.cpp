#include <unordered_map>
#include <unordered_set>

#include "core/hash.hpp"
#include "core/json_reader.hpp"
#include "services/publish/file_path.hpp"
#include "services/publish/object.hpp"
#include "services/publish/upload.sql.hpp"
#include "services/publish/upload_row.hpp"

namespace bifrost::publish {
namespace {

using access::Actor;
using access::Permission;

constexpr std::size_t kMostItems = 1'000;
constexpr std::int64_t kMostSigned = 1'000;
constexpr std::int64_t kMostSignedInBatch = 16; // of each upload, so that an answer stays small

const std::string& empty_sha256() {
    static const std::string hash = sha256_hex("");
    return hash;
}

/// A new upload and where its bytes come from.
struct Plan {
    UploadRow upload;
    bool is_stored = false; ///< the same bytes are an object already
};

std::int64_t fitting_part_size(std::int64_t size, const UploadOptions& options) {
    std::int64_t part = options.part_size;
    while ((size + part - 1) / part > options.most_parts) part *= 2;
    return part;
}

Upload read_item(json::Reader& reader) {
    Upload upload;
    upload.name = reader.text("name", {1, 1'000});
    if (const auto fault = path_fault(upload.name); fault && !upload.name.empty())
        reader.add_error("name", *fault);
    upload.size = reader.integer("size", 0, UploadOptions{}.most_bytes);
    upload.sha256 = reader.optional_text("sha256", {64, 64});
    if (upload.sha256 && !is_sha256_hex(*upload.sha256))
        reader.add_error("sha256", "must be 64 lower-case hexadecimal digits");
    else if (upload.sha256 && upload.size == 0 && reader.has("size") && *upload.sha256 != empty_sha256())
        reader.add_error("sha256", "is not the hash of an empty file");
    const auto media_type = reader.optional_text("media_type", {3, 100});
    if (media_type && !is_media_type(*media_type))
        reader.add_error("media_type", "must be a media type such as image/png");
    upload.media_type = media_type.value_or(std::string(media_type_of(upload.name)));
    return upload;
}

Result<> check_sizes(const std::vector<Upload>& wanted, const UploadOptions& options) {
    for (const auto& upload : wanted)
        if (upload.size > options.most_bytes)
            return Error{Errc::too_large, "'" + upload.name + "' has " + std::to_string(upload.size) +
                                              " bytes; this site takes files of up to " +
                                              std::to_string(options.most_bytes) +
                                              " bytes (max_file_size_mb)."};
    return {};
}

Result<> check_project(database::Tx& tx, const Id& project_id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_upload_project, project_id));
    if (rows.empty()) return Error{Errc::not_found, "There is no such project."};
    if (!rows[0].is_null(0))
        return Error{Errc::conflict, "The project is archived; restore it to upload to it."};
    return {};
}

/// What is stored already among the declared hashes and may be read, by hash. The empty file is nobody's
/// secret.
Result<std::unordered_map<std::string, std::int64_t>> find_stored(database::Tx& tx, const Actor& actor,
                                                                  const std::vector<Upload>& wanted) {
    std::unordered_map<std::string, std::int64_t> stored;
    std::vector<std::string> hashes;
    bool has_empty = false;
    for (const auto& upload : wanted) {
        if (upload.size == 0) has_empty = true;
        if (upload.sha256) hashes.push_back(*upload.sha256);
    }
    if (!hashes.empty()) {
        BIFROST_ASSIGN(const auto objects, list_readable_objects(tx, actor, hashes));
        for (const auto& object : objects) stored.emplace(object.sha256, object.size);
    }
    if (has_empty) {
        BIFROST_ASSIGN(const auto rows, tx.query(sql::find_stored_size, empty_sha256()));
        if (!rows.empty()) stored.emplace(empty_sha256(), 0);
    }
    return stored;
}

Result<std::vector<Plan>> make_plans(const Actor& actor, const UploadOptions& options, const Id& project_id,
                                     const std::vector<Upload>& wanted,
                                     const std::unordered_map<std::string, std::int64_t>& stored) {
    std::vector<Plan> plans;
    const Timestamp now = Timestamp::now();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        Plan plan;
        static_cast<Upload&>(plan.upload) = wanted[i];
        UploadRow& upload = plan.upload;
        upload.id = Id::make();
        upload.project_id = project_id;
        upload.created_by = actor.user_id;
        upload.created_at = now;
        upload.expires_at = now.plus_seconds(options.lifetime_seconds);
        upload.part_size = fitting_part_size(upload.size, options);
        upload.store_key = store_key_of(upload.id);
        upload.state = "open";
        if (upload.size == 0) upload.sha256 = empty_sha256();
        if (const auto found = upload.sha256 ? stored.find(*upload.sha256) : stored.end();
            found != stored.end()) {
            if (found->second != upload.size)
                return invalid_field("/items/" + std::to_string(i) + "/size",
                                     "is not the size of the bytes with this sha256, which has " +
                                         std::to_string(found->second) + " bytes");
            plan.is_stored = true;
            upload.state = "complete";
        }
        plans.push_back(std::move(plan));
    }
    return plans;
}

/// Begins in the store what isn't there; an empty file is put there at once, one for all.
Result<> begin_in_store(storage::ObjectStore& store, std::vector<Plan>& plans) {
    const Plan* empty = nullptr;
    for (auto& plan : plans) {
        UploadRow& upload = plan.upload;
        if (plan.is_stored) continue;
        if (upload.size == 0) {
            upload.state = "complete";
            if (empty != nullptr) continue;
            empty = &plan;
        }
        BIFROST_ASSIGN(upload.store_upload,
                       store.begin_upload(upload.store_key, upload.size, upload.part_size));
    }
    if (empty == nullptr) return {};
    BIFROST_CHECK(store.complete_upload(empty->upload.store_key, empty->upload.store_upload, {}));
    return store.sync({empty->upload.store_key});
}

/// False when something that was stored is being removed: then it has to be uploaded after all.
Result<bool> insert(const UploadRoom& room, const std::vector<Plan>& plans) {
    return room.database.write([&](database::Tx& tx) -> Result<bool> {
        std::unordered_set<std::string> needed;
        std::vector<NewObject> made;
        std::vector<database::Params> rows;
        for (const auto& plan : plans) {
            const UploadRow& upload = plan.upload;
            if (plan.is_stored) needed.insert(*upload.sha256);
            if (!plan.is_stored && upload.size == 0 && !upload.store_upload.empty())
                made.push_back({*upload.sha256, 0, upload.store_key});
            rows.push_back(database::make_params(upload.id, upload.project_id, upload.created_by, upload.name,
                                                 upload.size, upload.sha256, upload.media_type, upload.state,
                                                 upload.part_size, upload.store_key, upload.store_upload,
                                                 upload.created_at, upload.expires_at));
        }
        if (!needed.empty()) {
            BIFROST_ASSIGN(const auto held, hold_objects(tx, {needed.begin(), needed.end()}));
            if (held.size() != needed.size()) return false;
        }
        // The bytes of an empty file that lost a race stay with their upload, and go when that is collected.
        if (!made.empty()) BIFROST_CHECK(adopt_objects(tx, made, room.store.backend()));
        BIFROST_CHECK(tx.execute_many(sql::insert_upload, rows));
        return true;
    });
}

void abort_begun(storage::ObjectStore& store, const std::vector<Plan>& plans) {
    // What can't be aborted now is found by the collector: the store lists uploads that nobody continues.
    for (const auto& plan : plans)
        if (!plan.upload.store_upload.empty())
            (void)store.abort_upload(plan.upload.store_key, plan.upload.store_upload);
}

Result<std::vector<Plan>> open_uploads(const UploadRoom& room, const Actor& actor, const Id& project_id,
                                       const std::vector<Upload>& wanted) {
    BIFROST_CHECK(check_sizes(wanted, room.options));
    constexpr int kMostRounds = 3;
    for (int round = 0; round < kMostRounds; ++round) {
        std::unordered_map<std::string, std::int64_t> stored;
        BIFROST_ASSIGN(stored,
                       room.database.read(
                           [&](database::Tx& tx) -> Result<std::unordered_map<std::string, std::int64_t>> {
                               BIFROST_CHECK(check_project(tx, project_id));
                               return find_stored(tx, actor, wanted);
                           }));
        BIFROST_ASSIGN(auto plans, make_plans(actor, room.options, project_id, wanted, stored));
        Result<bool> inserted = true;
        if (const auto begun = begin_in_store(room.store, plans); !begun)
            inserted = begun.error();
        else
            inserted = insert(room, plans);
        if (inserted && *inserted) return plans;
        abort_begun(room.store, plans);
        if (!inserted) return inserted.error();
    }
    return Error{Errc::unavailable, "The same bytes are being removed just now; try again."};
}

Result<OpenedUpload> sign(storage::ObjectStore& store, const UploadOptions& options, const UploadRow& upload,
                          std::int64_t most) {
    OpenedUpload opened;
    static_cast<Upload&>(opened) = upload;
    if (upload.state != "open") return opened;
    const std::int64_t count = part_count(upload);
    for (std::int64_t number = 1; number <= std::min(count, most); ++number) {
        // The file's hash decides when the upload is completed (`failed`); what a part's own hash does is for
        // sign_one to know.
        BIFROST_ASSIGN(auto part, sign_one(store, options, upload, number, ""));
        opened.parts.push_back(std::move(part));
    }
    return opened;
}

Result<> authorise(const Actor& actor, const Id& project_id) {
    BIFROST_CHECK(actor.require(Permission::version_create, project_id, "project"));
    if (actor.user_id.is_nil())
        return Error{Errc::forbidden, "An upload belongs to a user; the program itself has none."};
    return {};
}

/// The pointers of a single upload are not inside a list.
Error of_single(Error error) {
    for (auto& field : error.fields)
        if (field.pointer.starts_with("/items/0")) field.pointer.erase(0, 8);
    return error;
}

} // namespace

Result<SignedPart> sign_one(storage::ObjectStore& store, const UploadOptions& options,
                            const UploadRow& upload, std::int64_t number, const std::string& sha256) {
    SignedPart part;
    part.number = static_cast<int>(number);
    part.size = part_size_of(upload, number);
    // The local store knows the hash of a part that was written; S3 only compares it with one that was
    // signed.
    const bool is_known =
        sha256.empty() && upload.sha256 && part_count(upload) == 1 && store.backend() == "s3";
    BIFROST_ASSIGN(auto url, store.sign_part(upload.store_key, upload.store_upload, part.number, part.size,
                                             is_known ? *upload.sha256 : sha256, options.url_seconds));
    part.url = std::move(url.url);
    part.headers.insert(url.headers.begin(), url.headers.end());
    part.expires_at = url.expires_at;
    return part;
}

Result<OpenedUpload> create_upload(const UploadRoom& room, const Actor& actor,
                                   const boost::json::value& body) {
    json::Reader reader(body);
    const Id project_id = reader.id("project_id");
    const Upload wanted = read_item(reader);
    BIFROST_CHECK(reader.finish());
    BIFROST_CHECK(authorise(actor, project_id));
    auto plans = open_uploads(room, actor, project_id, {wanted});
    if (!plans) return of_single(plans.error());
    return sign(room.store, room.options, plans->front().upload, kMostSigned);
}

Result<std::vector<OpenedUpload>> create_uploads(const UploadRoom& room, const Actor& actor,
                                                 const boost::json::value& body) {
    json::Reader reader(body);
    const Id project_id = reader.id("project_id");
    std::vector<Upload> wanted;
    if (const auto* items = reader.array("items", kMostItems, true)) {
        if (items->empty()) reader.add_error("items", "must not be empty");
        for (std::size_t i = 0; i < items->size(); ++i) {
            json::Reader item((*items)[i], reader.pointer("items") + "/" + std::to_string(i));
            wanted.push_back(read_item(item));
            reader.merge(item);
        }
    }
    BIFROST_CHECK(reader.finish());
    BIFROST_CHECK(authorise(actor, project_id));
    BIFROST_ASSIGN(const auto plans, open_uploads(room, actor, project_id, wanted));
    std::vector<OpenedUpload> opened;
    for (const auto& plan : plans) {
        BIFROST_ASSIGN(auto one, sign(room.store, room.options, plan.upload, kMostSignedInBatch));
        opened.push_back(std::move(one));
    }
    return opened;
}

} // namespace bifrost::publish
