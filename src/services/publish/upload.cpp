#include "services/publish/upload.hpp"

#include <unordered_map>

#include "core/hash.hpp"
#include "core/json_reader.hpp"
#include "services/publish/upload.sql.hpp"
#include "services/publish/upload_row.hpp"
#include "storage/hash_object.hpp"

namespace bifrost::publish {
namespace {

using access::Actor;

constexpr std::size_t kMostNumbers = 1'000;
constexpr std::int64_t kMostParts = 10'000;

Result<UploadRow> read_row(const UploadRoom& room, const Actor& actor, const Id& id) {
    return room.database.read([&](database::Tx& tx) { return get_upload_row(tx, actor, id); });
}

struct PartsRequest {
    std::vector<std::int64_t> numbers;
    std::unordered_map<std::int64_t, std::string> checksums;
};

Result<PartsRequest> read_request(const boost::json::value& body) {
    json::Reader reader(body);
    PartsRequest request;
    const auto* numbers = reader.array("numbers", kMostNumbers, true);
    if (numbers != nullptr && numbers->empty()) reader.add_error("numbers", "must not be empty");
    for (std::size_t i = 0; numbers != nullptr && i < numbers->size(); ++i) {
        const auto* number = (*numbers)[i].if_int64();
        if (number == nullptr || *number < 1 || *number > kMostParts)
            reader.add_error("numbers", "must hold integers between 1 and " + std::to_string(kMostParts));
        else
            request.numbers.push_back(*number);
    }
    const auto* checksums = reader.array("checksums", kMostNumbers);
    for (std::size_t i = 0; checksums != nullptr && i < checksums->size(); ++i) {
        json::Reader item((*checksums)[i], reader.pointer("checksums") + "/" + std::to_string(i));
        const auto number = item.integer("number", 1, kMostParts);
        const auto sha256 = item.text("sha256", {64, 64});
        if (!is_sha256_hex(sha256) && !item.failed())
            item.add_error("sha256", "must be 64 lower-case hexadecimal digits");
        reader.merge(item);
        request.checksums[number] = sha256;
    }
    BIFROST_CHECK(reader.finish());
    return request;
}

/// Takes an upload out of use: from here on nothing can make an object of its bytes.
Result<UploadRow> retire(const UploadRoom& room, const Actor& actor, const Id& id) {
    return room.database.write([&](database::Tx& tx) -> Result<UploadRow> {
        BIFROST_CHECK(get_upload_row(tx, actor, id));
        BIFROST_ASSIGN(const auto rows, tx.query(sql::lock_uploads, json::to_json(std::vector<Id>{id})));
        if (rows.empty()) return Error{Errc::not_found, "There is no such upload."};
        UploadRow upload = rows[0].as<UploadRow>();
        if (upload.state == "verifying")
            return Error{Errc::conflict, "The upload is being verified; wait until that is over."};
        BIFROST_ASSIGN(const auto used, tx.query(sql::upload_has_files, id));
        if (!used.empty())
            return Error{Errc::conflict, "A version uses the upload; it goes with that version."};
        if (upload.state == "open") {
            upload.state = "failed";
            BIFROST_CHECK(tx.defer(sql::settle_upload, id, upload.state, upload.sha256, "It was dropped.",
                                   upload.job_id));
        }
        return upload;
    });
}

} // namespace

Result<UploadProgress> get_upload(const UploadRoom& room, const Actor& actor, const Id& id) {
    BIFROST_ASSIGN(const auto upload, read_row(room, actor, id));
    UploadProgress progress;
    static_cast<Upload&>(progress) = upload;
    if (upload.state != "open") return progress;
    const auto parts = room.store.list_parts(upload.store_key, upload.store_upload);
    if (!parts && parts.error().code != Errc::not_found) return parts.error();
    if (!parts) return progress;
    for (const auto& part : *parts) progress.parts.push_back({part.number, part.size, part.etag});
    return progress;
}

Result<OpenedUpload> sign_parts(const UploadRoom& room, const Actor& actor, const Id& id,
                                const boost::json::value& body) {
    BIFROST_ASSIGN(const auto upload, read_row(room, actor, id));
    BIFROST_ASSIGN(const auto request, read_request(body));
    if (upload.state != "open")
        return Error{Errc::conflict, "The upload is " + upload.state + ": it takes no parts any more."};
    const std::int64_t count = part_count(upload);
    for (const auto number : request.numbers)
        if (number > count)
            return invalid_field("/numbers", "names part " + std::to_string(number) + "; the upload has " +
                                                 std::to_string(count) + (count == 1 ? " part" : " parts"));
    OpenedUpload opened;
    static_cast<Upload&>(opened) = upload;
    for (const auto number : request.numbers) {
        const auto given = request.checksums.find(number);
        const std::string sha256 = given == request.checksums.end() ? "" : given->second;
        BIFROST_ASSIGN(auto part, sign_one(room.store, room.options, upload, number, sha256));
        opened.parts.push_back(std::move(part));
    }
    return opened;
}

Result<> delete_upload(const UploadRoom& room, const Actor& actor, const Id& id) {
    BIFROST_ASSIGN(const auto upload, retire(room, actor, id));
    BIFROST_ASSIGN(const std::string object_key,
                   room.database.read([&](database::Tx& tx) -> Result<std::string> {
                       if (upload.state != "complete" || !upload.sha256) return std::string{};
                       BIFROST_ASSIGN(const auto rows, tx.query(sql::find_object_key, *upload.sha256));
                       return rows.empty() ? std::string{} : std::string(rows[0].text(0));
                   }));
    if (!upload.store_upload.empty())
        BIFROST_CHECK(room.store.abort_upload(upload.store_key, upload.store_upload));
    if (object_key != upload.store_key) BIFROST_CHECK(room.store.remove(upload.store_key));
    return room.database.write([&](database::Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.execute(sql::delete_upload, id));
        return {};
    });
}

Result<> verify_upload(const UploadRoom& room, const Id& id,
                       const std::function<Result<>(std::int64_t)>& progress,
                       const std::function<Result<>(database::Tx&)>& finish) {
    const auto rows = room.database.read([&](database::Tx& tx) -> Result<std::vector<UploadRow>> {
        BIFROST_ASSIGN(const auto found, tx.query(sql::find_upload, id));
        std::vector<UploadRow> uploads;
        for (const auto row : found) uploads.push_back(row.as<UploadRow>());
        return uploads;
    });
    if (!rows) return rows.error();
    const bool is_needed = !rows->empty() && rows->front().state == "verifying";
    std::vector<Arrival> arrivals;
    std::string fault;
    if (is_needed) {
        const UploadRow& upload = rows->front();
        auto hash = storage::hash_object(room.store, upload.store_key, progress);
        if (!hash && hash.error().code != Errc::not_found) return hash.error();
        if (!hash)
            fault = "Its bytes are not in the store any more; begin another upload of the file.";
        else if (hash->size != upload.size)
            fault = "It has " + std::to_string(hash->size) + " bytes, not " + std::to_string(upload.size) +
                    " as declared; begin another upload of the file.";
        else
            arrivals.push_back({upload, hash->sha256});
    }
    BIFROST_ASSIGN(const auto dropped,
                   room.database.write([&](database::Tx& tx) -> Result<std::vector<std::string>> {
                       std::vector<std::string> unneeded;
                       if (!fault.empty()) {
                           BIFROST_ASSIGN(const auto failed, tx.execute(sql::fail_verification, id, fault));
                           if (failed > 0) unneeded.push_back(rows->front().store_key);
                       } else if (!arrivals.empty()) {
                           BIFROST_ASSIGN(unneeded, settle_arrivals(tx, arrivals, room.store.backend()));
                       }
                       if (finish) BIFROST_CHECK(finish(tx));
                       return unneeded;
                   }));
    drop_bytes(room.store, dropped);
    return {};
}

} // namespace bifrost::publish
