#include "services/publish/collect.hpp"

#include <unordered_map>
#include <unordered_set>

#include "services/publish/collect.sql.hpp"
#include "services/publish/object.sql.hpp"
#include "services/publish/upload_row.hpp"
#include "services/publish/version.sql.hpp"
#include "services/publish/version_row.hpp"

namespace bifrost::publish {
namespace {

struct Run {
    const UploadRoom& room;
    const CollectOptions& options;
    const std::function<bool()>& stopped;
    Timestamp now = Timestamp::now();
    Collected collected{};
};

template <class T>
Result<std::vector<T>> read_all(database::Database& database,
                                const std::function<Result<database::Rows>(database::Tx&)>& query) {
    return database.read([&](database::Tx& tx) -> Result<std::vector<T>> {
        BIFROST_ASSIGN(const auto rows, query(tx));
        std::vector<T> all;
        for (const auto row : rows) {
            if constexpr (std::same_as<T, Id>)
                all.push_back(row.id(0));
            else
                all.push_back(row.as<T>());
        }
        return all;
    });
}

/// One abandoned draft, unless somebody came back to it.
Result<bool> remove_draft(Run& run, const Id& id) {
    const access::Actor program = access::Actor::system();
    const Timestamp before = run.now.plus_seconds(-run.options.draft_seconds);
    BIFROST_ASSIGN(const auto written,
                   access::write(run.room.database, program, [&](access::Call& call) -> Result<bool> {
                       BIFROST_ASSIGN(const auto locked, call.tx.query(sql::lock_version, id));
                       BIFROST_ASSIGN(const auto abandoned,
                                      call.tx.query(sql::find_abandoned_draft, id, before));
                       if (locked.empty() || abandoned.empty()) return false;
                       const Version version = read_version(locked[0]);
                       BIFROST_CHECK(call.tx.execute(sql::delete_draft, id));
                       call.changes.add({"version.collected", version.project_id, "version", id,
                                         events::make_patch(json::to_json(version), "{}")});
                       return true;
                   }));
    return written.value;
}

Result<> collect_drafts(Run& run) {
    const Timestamp before = run.now.plus_seconds(-run.options.draft_seconds);
    while (!run.stopped()) {
        BIFROST_ASSIGN(const auto ids, read_all<Id>(run.room.database, [&](database::Tx& tx) {
                           return tx.query(sql::list_abandoned_drafts, before);
                       }));
        std::int64_t removed = 0;
        for (const auto& id : ids) {
            BIFROST_ASSIGN(const bool gone, remove_draft(run, id));
            if (gone) ++removed;
        }
        run.collected.drafts += removed;
        if (removed == 0) break;
    }
    return {};
}

/// Bytes first, then the row that guards them.
Result<bool> remove_upload(Run& run, const UploadRow& upload) {
    BIFROST_ASSIGN(const auto retired, run.room.database.write([&](database::Tx& tx) {
        return tx.execute(sql::retire_upload, upload.id, run.now);
    }));
    if (retired == 0) return false;
    BIFROST_ASSIGN(const bool is_object, run.room.database.read([&](database::Tx& tx) -> Result<bool> {
        if (!upload.sha256) return false;
        BIFROST_ASSIGN(const auto rows, tx.query(sql::find_object_of_key, *upload.sha256));
        return !rows.empty() && rows[0].text(0) == upload.store_key;
    }));
    if (!upload.store_upload.empty())
        BIFROST_CHECK(run.room.store.abort_upload(upload.store_key, upload.store_upload));
    if (!is_object) BIFROST_CHECK(run.room.store.remove(upload.store_key));
    BIFROST_ASSIGN(const auto deleted, run.room.database.write([&](database::Tx& tx) {
        return tx.execute(sql::delete_retired_upload, upload.id);
    }));
    return deleted > 0;
}

Result<> collect_uploads(Run& run) {
    while (!run.stopped()) {
        BIFROST_ASSIGN(const auto uploads, read_all<UploadRow>(run.room.database, [&](database::Tx& tx) {
                           return tx.query(sql::list_expired_uploads, run.now);
                       }));
        std::int64_t removed = 0;
        for (const auto& upload : uploads) {
            BIFROST_ASSIGN(const bool gone, remove_upload(run, upload));
            if (gone) ++removed;
        }
        run.collected.uploads += removed;
        if (removed == 0) break;
    }
    return {};
}

struct LocationRow {
    std::string sha256;
    std::string key;
};
BOOST_DESCRIBE_STRUCT(LocationRow, (), (sha256, key))

/// Places that objects have left, after damage.
Result<> collect_locations(Run& run) {
    const std::string_view backend = run.room.store.backend();
    BIFROST_ASSIGN(const auto locations, read_all<LocationRow>(run.room.database, [&](database::Tx& tx) {
                       return tx.query(sql::list_retired_locations, backend);
                   }));
    for (const auto& location : locations) {
        if (run.stopped()) break;
        BIFROST_CHECK(run.room.store.remove(location.key));
        BIFROST_CHECK(run.room.database.write([&](database::Tx& tx) {
            return tx.execute(sql::delete_location, location.sha256, backend, location.key);
        }));
    }
    return {};
}

/// Starts and stops the grace period of objects, a window of them at a time.
Result<> mark_objects(Run& run) {
    std::string from;
    while (!run.stopped()) {
        BIFROST_ASSIGN(const std::string to,
                       run.room.database.read([&](database::Tx& tx) -> Result<std::string> {
                           BIFROST_ASSIGN(const auto rows, tx.query(sql::find_window_end, from));
                           return rows[0].is_null(0) ? std::string{} : std::string(rows[0].text(0));
                       }));
        if (to.empty()) break;
        BIFROST_CHECK(run.room.database.write([&](database::Tx& tx) -> Result<> {
            BIFROST_CHECK(tx.execute(sql::mark_unreferenced, from, to, run.now));
            BIFROST_CHECK(tx.execute(sql::unmark_referenced, from, to));
            return {};
        }));
        from = to;
    }
    return {};
}

struct RemovableObject {
    std::string sha256;
    std::int64_t size = 0;
};
BOOST_DESCRIBE_STRUCT(RemovableObject, (), (sha256, size))

/// A backup that has begun before nothing referred to the object any more may still copy its bytes.
Result<bool> is_kept_for_backup(database::Tx& tx, const std::string& sha256) {
    BIFROST_CHECK(tx.query(sql::share_collection));
    const Timestamp now = Timestamp::now();
    BIFROST_ASSIGN(const auto since, tx.query(sql::find_unreferenced_since, sha256));
    if (since.empty() || since[0].is_null(0)) return true;
    BIFROST_ASSIGN(const auto backups, tx.query(sql::count_backups, since[0].integer(0), now));
    return backups[0].integer(0) > 0;
}

/// Decides under the object's lock: whoever wants the bytes has either won, or finds the object gone.
Result<std::vector<std::string>> condemn(Run& run, const std::string& sha256) {
    return run.room.database.write([&](database::Tx& tx) -> Result<std::vector<std::string>> {
        std::vector<std::string> keys;
        BIFROST_ASSIGN(const auto locked,
                       tx.query(sql::lock_objects, json::to_json(std::vector<std::string>{sha256})));
        if (locked.empty()) return keys;
        BIFROST_ASSIGN(const auto references, tx.query(sql::count_references, sha256));
        if (references[0].integer(0) > 0 && locked[0].text(4) != "removing") return keys;
        BIFROST_ASSIGN(const bool is_kept, is_kept_for_backup(tx, sha256));
        if (is_kept && locked[0].text(4) != "removing") return keys;
        BIFROST_CHECK(tx.execute(sql::set_removing, sha256));
        BIFROST_ASSIGN(const auto places, tx.query(sql::list_keys, sha256, run.room.store.backend()));
        for (const auto place : places) keys.emplace_back(place.text(0));
        return keys;
    });
}

Result<> collect_objects(Run& run) {
    const Timestamp before = run.now.plus_seconds(-run.options.grace_seconds);
    std::string from;
    while (!run.stopped()) {
        BIFROST_ASSIGN(
            const auto objects, read_all<RemovableObject>(run.room.database, [&](database::Tx& tx) {
                return tx.query(sql::list_removable_objects, run.room.store.backend(), before, from);
            }));
        if (objects.empty()) break;
        from = objects.back().sha256;
        for (const auto& object : objects) {
            BIFROST_ASSIGN(const auto keys, condemn(run, object.sha256));
            if (keys.empty()) continue;
            for (const auto& key : keys) BIFROST_CHECK(run.room.store.remove(key));
            BIFROST_ASSIGN(const auto deleted, run.room.database.write([&](database::Tx& tx) {
                return tx.execute(sql::delete_removed_object, object.sha256);
            }));
            run.collected.objects += deleted;
            if (deleted > 0) run.collected.bytes += object.size;
        }
    }
    return {};
}

/// The id of the upload that a key of the store was made for.
std::optional<Id> upload_of_key(const std::string& key) { return Id::parse(key.substr(key.rfind('/') + 1)); }

/// What the store remembers of uploads, with what their rows say; nothing when there is no row.
struct Memory {
    storage::AbandonedUpload upload;
    std::optional<std::string> state;
};

Result<std::vector<Memory>> list_memories(Run& run) {
    constexpr std::size_t kMost = 1'000;
    BIFROST_ASSIGN(auto abandoned, run.room.store.list_abandoned(
                                       run.now.plus_seconds(-run.options.completed_upload_seconds), kMost));
    std::vector<Id> ids;
    for (const auto& one : abandoned)
        if (const auto id = upload_of_key(one.key)) ids.push_back(*id);
    std::unordered_map<Id, std::string> states;
    BIFROST_CHECK(run.room.database.read([&](database::Tx& tx) -> Result<> {
        BIFROST_ASSIGN(const auto rows, tx.query(sql::list_known_uploads, json::to_json(ids)));
        for (const auto row : rows) states.emplace(row.id(0), std::string(row.text(1)));
        return {};
    }));
    std::vector<Memory> memories;
    for (auto& one : abandoned) {
        const auto id = upload_of_key(one.key);
        const auto state = id ? states.find(*id) : states.end();
        memories.push_back({std::move(one), {}});
        if (state != states.end()) memories.back().state = state->second;
    }
    return memories;
}

/// Uploads that the store knows and no row does, and what it remembers of those that are over.
Result<> collect_store_uploads(Run& run) {
    BIFROST_ASSIGN(const auto memories, list_memories(run));
    const Timestamp unknown_before = run.now.plus_seconds(-run.options.store_upload_seconds);
    for (const auto& one : memories) {
        if (run.stopped()) break;
        if (one.state ? *one.state == "open" : one.upload.last_activity >= unknown_before) continue;
        BIFROST_CHECK(run.room.store.abort_upload(one.upload.key, one.upload.upload));
        ++run.collected.store_uploads;
    }
    return {};
}

/// When an id was made (RFC 9562, 5.7: its first 48 bits are milliseconds).
Timestamp made_at(const Id& id) {
    std::int64_t millis = 0;
    for (const char c : id.text().substr(0, 13))
        if (c != '-') millis = millis * 16 + (c <= '9' ? c - '0' : c - 'a' + 10);
    return {millis * 1'000};
}

/// Removes those of these stored keys that neither an object nor an upload knows.
Result<std::int64_t> remove_orphans(const UploadRoom& room, const std::vector<std::string>& keys) {
    std::unordered_set<std::string> kept;
    std::vector<Id> ids;
    for (const auto& key : keys) ids.push_back(*upload_of_key(key));
    BIFROST_CHECK(room.database.read([&](database::Tx& tx) -> Result<> {
        BIFROST_ASSIGN(const auto objects, tx.query(sql::list_object_keys, json::to_json(keys)));
        for (const auto row : objects) kept.emplace(row.text(0));
        BIFROST_ASSIGN(const auto uploads, tx.query(sql::list_known_uploads, json::to_json(ids)));
        for (const auto row : uploads) kept.insert(store_key_of(row.id(0)));
        return {};
    }));
    std::int64_t removed = 0;
    for (const auto& key : keys) {
        if (kept.contains(key)) continue;
        BIFROST_CHECK(room.store.remove(key));
        ++removed;
    }
    return removed;
}

} // namespace

Result<Collected> collect(const UploadRoom& room, const CollectOptions& options,
                          const std::function<bool()>& stopped) {
    Run run{room, options, stopped};
    for (const auto step : {collect_drafts, collect_uploads, collect_locations, mark_objects, collect_objects,
                            collect_store_uploads}) {
        if (stopped()) break;
        BIFROST_CHECK(step(run));
    }
    return run.collected;
}

Result<std::int64_t> sweep(const UploadRoom& room, const CollectOptions& options,
                           const std::function<bool()>& stopped) {
    constexpr std::size_t kKeysATime = 1'000;
    const Timestamp before = Timestamp::now().plus_seconds(-options.store_upload_seconds);
    std::vector<std::string> keys;
    std::int64_t removed = 0;
    const auto look = [&]() -> Result<> {
        BIFROST_ASSIGN(const auto gone, remove_orphans(room, keys));
        removed += gone;
        keys.clear();
        return {};
    };
    BIFROST_CHECK(room.store.each_object([&](const std::string& key, const storage::ObjectInfo&) -> Result<> {
        if (stopped()) return Error{Errc::unavailable, "The sweep was asked to stop."};
        const auto id = upload_of_key(key);
        // What was not put there by an upload is not ours to judge; what is young may get its row yet.
        if (!id || key != store_key_of(*id) || made_at(*id) >= before) return {};
        keys.push_back(key);
        return keys.size() < kKeysATime ? Result<>{} : look();
    }));
    if (!keys.empty()) BIFROST_CHECK(look());
    return removed;
}

} // namespace bifrost::publish
