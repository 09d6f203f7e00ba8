#include <atomic>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "core/json_reader.hpp"
#include "services/publish/upload.sql.hpp"
#include "services/publish/upload_row.hpp"

namespace bifrost::publish {
namespace {

using access::Actor;

constexpr std::size_t kMostItems = 1'000;
constexpr std::size_t kMostParts = 10'000;

/// What a caller wants completed, and what became of it.
struct Completion {
    Id id;
    std::vector<storage::Part> parts;
    UploadRow upload;
    std::optional<Error> refused; ///< by the store
};

std::vector<storage::Part> read_parts(json::Reader& reader) {
    std::vector<storage::Part> parts;
    const auto* items = reader.array("parts", kMostParts, true);
    for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
        json::Reader item((*items)[i], reader.pointer("parts") + "/" + std::to_string(i));
        storage::Part part;
        part.number = static_cast<int>(item.integer("number", 1, static_cast<std::int64_t>(kMostParts)));
        part.etag = item.text("etag", {1, 200});
        if (part.etag.size() > 1 && part.etag.front() == '"' && part.etag.back() == '"')
            part.etag = part.etag.substr(1, part.etag.size() - 2);
        reader.merge(item);
        parts.push_back(std::move(part));
    }
    return parts;
}

/// Wrong parts are a conflict with what has arrived, said in one sentence.
Error of_parts(Error error) {
    if (error.code != Errc::invalid || error.fields.empty()) return error;
    std::string detail;
    constexpr std::size_t kMostNamed = 3;
    for (std::size_t i = 0; i < std::min(error.fields.size(), kMostNamed); ++i)
        detail += (i ? " " : "") + error.fields[i].detail;
    if (error.fields.size() > kMostNamed) detail += " …";
    return {Errc::conflict, detail};
}

Result<> find_all(database::Tx& tx, const Actor& actor, std::vector<Completion>& wanted) {
    std::vector<Id> ids;
    for (const auto& one : wanted) ids.push_back(one.id);
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_uploads, json::to_json(ids)));
    std::unordered_map<Id, UploadRow> found;
    for (const auto row : rows) {
        UploadRow upload = row.as<UploadRow>();
        if (owns_upload(actor, upload) && actor.may_see(upload.project_id))
            found.emplace(upload.id, std::move(upload));
    }
    Error missing{Errc::invalid, "Some of these are no uploads of yours; nothing was completed."};
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const auto upload = found.find(wanted[i].id);
        if (upload == found.end())
            missing.fields.push_back({"/items/" + std::to_string(i) + "/id", "is no upload of yours"});
        else
            wanted[i].upload = upload->second;
    }
    if (!missing.fields.empty()) return missing;
    return {};
}

using Completed = Result<std::optional<std::string>>;

/// Asks the store about each of these, several at once where that is sooner.
std::vector<Completed> complete_each(storage::ObjectStore& store, const std::vector<Completion*>& open) {
    std::vector<Completed> answers(open.size(), std::optional<std::string>());
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < open.size(); i = next++) {
            const UploadRow& upload = open[i]->upload;
            answers[i] = store.complete_upload(upload.store_key, upload.store_upload, open[i]->parts);
        }
    };
    std::vector<std::thread> others;
    for (std::size_t i = 1; i < std::min(store.parallel_requests(), open.size()); ++i)
        others.emplace_back(work);
    work();
    for (auto& thread : others) thread.join();
    return answers;
}

/// Completes in the store what is open, and makes that durable in one go.
Result<std::vector<Arrival>> complete_in_store(storage::ObjectStore& store, std::vector<Completion>& wanted) {
    std::vector<Completion*> open;
    for (auto& one : wanted)
        if (one.upload.state == "open") open.push_back(&one);
    std::vector<Completed> answers = complete_each(store, open);
    std::vector<Arrival> arrivals;
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < open.size(); ++i) {
        if (!answers[i]) {
            open[i]->refused = of_parts(answers[i].error());
            continue;
        }
        arrivals.push_back({open[i]->upload, std::move(*answers[i])});
        keys.push_back(open[i]->upload.store_key);
    }
    if (!keys.empty()) BIFROST_CHECK(store.sync(keys));
    return arrivals;
}

/// Another call may have completed the same uploads between reading and asking the store: what it wrote
/// counts.
Result<> read_again(const UploadRoom& room, const Actor& actor, std::vector<Completion>& wanted) {
    BIFROST_CHECK(room.database.read([&](database::Tx& tx) { return find_all(tx, actor, wanted); }));
    for (auto& one : wanted)
        if (one.upload.state != "open") one.refused.reset();
    return {};
}

Result<> complete_all(const UploadRoom& room, const Actor& actor, std::vector<Completion>& wanted) {
    BIFROST_CHECK(room.database.read([&](database::Tx& tx) { return find_all(tx, actor, wanted); }));
    auto arrived = complete_in_store(room.store, wanted);
    if (!arrived) {
        // The bytes that another call settled as duplicates can't be synced any more, and need not.
        BIFROST_CHECK(read_again(room, actor, wanted));
        for (const auto& one : wanted)
            if (one.upload.state == "open") return arrived.error();
        return {};
    }
    std::vector<Arrival>& arrivals = *arrived;
    if (!arrivals.empty()) {
        BIFROST_ASSIGN(const auto dropped, room.database.write([&](database::Tx& tx) {
            return settle_arrivals(tx, arrivals, room.store.backend());
        }));
        drop_bytes(room.store, dropped);
    }
    std::unordered_map<Id, const UploadRow*> settled;
    for (const auto& arrival : arrivals) settled.emplace(arrival.upload.id, &arrival.upload);
    bool any_refused = false;
    for (auto& one : wanted) {
        if (const auto found = settled.find(one.id); found != settled.end()) one.upload = *found->second;
        any_refused = any_refused || one.refused.has_value();
    }
    if (any_refused) return read_again(room, actor, wanted);
    return {};
}

UploadProgress progress_of(const Completion& one) {
    UploadProgress progress;
    static_cast<Upload&>(progress) = one.upload;
    if (one.refused) progress.error = one.refused->detail;
    return progress;
}

} // namespace

Result<UploadProgress> complete_upload(const UploadRoom& room, const Actor& actor, const Id& id,
                                       const boost::json::value& body) {
    json::Reader reader(body);
    std::vector<Completion> wanted(1);
    wanted[0].id = id;
    wanted[0].parts = read_parts(reader);
    BIFROST_CHECK(room.database.read([&](database::Tx& tx) -> Result<> {
        BIFROST_CHECK(get_upload_row(tx, actor, id));
        return {};
    }));
    BIFROST_CHECK(reader.finish());
    BIFROST_CHECK(complete_all(room, actor, wanted));
    if (wanted[0].refused) return *wanted[0].refused;
    return progress_of(wanted[0]);
}

Result<std::vector<UploadProgress>> complete_uploads(const UploadRoom& room, const Actor& actor,
                                                     const boost::json::value& body) {
    json::Reader reader(body);
    std::vector<Completion> wanted;
    std::unordered_set<Id> seen;
    if (const auto* items = reader.array("items", kMostItems, true)) {
        if (items->empty()) reader.add_error("items", "must not be empty");
        for (std::size_t i = 0; i < items->size(); ++i) {
            json::Reader item((*items)[i], reader.pointer("items") + "/" + std::to_string(i));
            Completion one;
            one.id = item.id("id");
            one.parts = read_parts(item);
            if (!one.id.is_nil() && !seen.insert(one.id).second)
                item.add_error("id", "stands twice in the list");
            reader.merge(item);
            wanted.push_back(std::move(one));
        }
    }
    BIFROST_CHECK(reader.finish());
    BIFROST_CHECK(complete_all(room, actor, wanted));
    std::vector<UploadProgress> progress;
    for (const auto& one : wanted) progress.push_back(progress_of(one));
    return progress;
}

} // namespace bifrost::publish
