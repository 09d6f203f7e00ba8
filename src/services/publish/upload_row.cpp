#include "services/publish/upload_row.hpp"

#include <algorithm>
#include <unordered_map>

#include "core/log.hpp"
#include "queue/queue.hpp"
#include "services/publish/object.hpp"
#include "services/publish/upload.sql.hpp"

namespace bifrost::publish {
namespace {

constexpr std::int64_t kChecksumPriority = 10; // before publishing, which waits for it

/// Decides about one row that is locked and still open or verifying.
Result<> settle(database::Tx& tx, Arrival& arrival, std::vector<NewObject>& objects,
                std::vector<std::string>& dropped) {
    UploadRow& upload = arrival.upload;
    if (!arrival.sha256) {
        if (upload.state == "verifying") return {};
        queue::JobSpec job;
        job.kind = "checksum";
        job.payload.text =
            "{\"upload_id\":\"" + upload.id.text() + "\",\"size\":" + std::to_string(upload.size) + "}";
        job.project_id = upload.project_id;
        job.created_by = upload.created_by;
        job.priority = kChecksumPriority;
        job.unique_key = "checksum:" + upload.id.text();
        BIFROST_ASSIGN(upload.job_id, queue::enqueue(tx, job));
        upload.state = "verifying";
    } else if (upload.sha256 && *upload.sha256 != *arrival.sha256) {
        upload.error = "The bytes have the sha256 " + *arrival.sha256 + ", not " + *upload.sha256 +
                       " as declared; begin another upload of the file.";
        upload.state = "failed";
        dropped.push_back(upload.store_key);
    } else {
        upload.state = "complete";
        upload.sha256 = arrival.sha256;
        objects.push_back({*arrival.sha256, upload.size, upload.store_key});
    }
    return tx.defer(sql::settle_upload, upload.id, upload.state, upload.sha256, upload.error, upload.job_id);
}

} // namespace

std::string store_key_of(const Id& upload_id) {
    const std::string text = upload_id.text();
    return text.substr(text.size() - 2) + "/" + text;
}

std::int64_t part_count(const Upload& upload) {
    return (upload.size + upload.part_size - 1) / upload.part_size;
}

std::int64_t part_size_of(const Upload& upload, std::int64_t number) {
    return std::min(upload.part_size, upload.size - (number - 1) * upload.part_size);
}

bool owns_upload(const access::Actor& actor, const Upload& upload) {
    return upload.created_by == actor.user_id || actor.is_administrator();
}

Result<UploadRow> get_upload_row(database::Tx& tx, const access::Actor& actor, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_upload, id));
    if (!rows.empty()) {
        UploadRow upload = rows[0].as<UploadRow>();
        if (owns_upload(actor, upload) && actor.may_see(upload.project_id)) return upload;
    }
    return Error{Errc::not_found, "There is no such upload."};
}

Result<std::vector<std::string>> settle_arrivals(database::Tx& tx, std::vector<Arrival>& arrivals,
                                                 std::string_view backend) {
    std::vector<Id> ids;
    for (const auto& arrival : arrivals) ids.push_back(arrival.upload.id);
    BIFROST_ASSIGN(const auto rows, tx.query(sql::lock_uploads, json::to_json(ids)));
    std::unordered_map<Id, UploadRow> now;
    for (const auto row : rows) {
        UploadRow upload = row.as<UploadRow>();
        now.emplace(upload.id, std::move(upload));
    }
    std::vector<NewObject> objects;
    std::vector<std::string> dropped;
    for (auto& arrival : arrivals) {
        const auto current = now.find(arrival.upload.id);
        if (current == now.end()) return Error{Errc::not_found, "The upload was dropped meanwhile."};
        arrival.upload = current->second;
        if (arrival.upload.state == "open" || arrival.upload.state == "verifying")
            BIFROST_CHECK(settle(tx, arrival, objects, dropped));
    }
    if (objects.empty()) return dropped;
    BIFROST_ASSIGN(auto unneeded, adopt_objects(tx, std::move(objects), backend));
    dropped.insert(dropped.end(), unneeded.begin(), unneeded.end());
    return dropped;
}

void drop_bytes(storage::ObjectStore& store, const std::vector<std::string>& keys) {
    for (const auto& key : keys)
        if (const auto removed = store.remove(key); !removed)
            log::write(log::Level::warning, "bytes that nothing needs are left for the collector",
                       {{"key", key}, {"reason", removed.error().detail}});
}

} // namespace bifrost::publish
