#include "services/publish/object.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "services/publish/object.sql.hpp"

namespace bifrost::publish {
namespace {

/// What the list of objects is bound as.
std::string json_of(const std::vector<NewObject>& objects) {
    std::string out = "[";
    for (const auto& object : objects) {
        if (out.size() > 1) out += ',';
        json::ObjectWriter(out)
            .member("sha256", object.sha256)
            .member("size", object.size)
            .member("key", object.key);
    }
    return out + "]";
}

/// Puts new bytes in the place of an object that is damaged, missing or about to be removed.
Result<> replace(database::Tx& tx, const NewObject& object, std::string_view backend, Timestamp now) {
    BIFROST_CHECK(tx.defer(sql::retire_locations, object.sha256, object.key));
    BIFROST_CHECK(tx.defer(sql::replace_object, object.sha256, object.size, backend, object.key, now));
    return tx.defer(sql::insert_location, object.sha256, backend, object.key, now);
}

} // namespace

Result<std::vector<std::string>> adopt_objects(database::Tx& tx, std::vector<NewObject> objects,
                                               std::string_view backend) {
    std::vector<std::string> dropped;
    std::map<std::string, NewObject> wanted; // sorted, so that locks are taken in one order
    for (auto& object : objects) {
        std::string key = object.key;
        if (!wanted.emplace(object.sha256, std::move(object)).second) dropped.push_back(std::move(key));
    }
    const Timestamp now = Timestamp::now();
    // Between finding a row and locking it the collector may have removed it: then it is inserted in another
    // round.
    for (int round = 0; round < 3 && !wanted.empty(); ++round) {
        std::vector<NewObject> left;
        for (const auto& [sha256, object] : wanted) left.push_back(object);
        BIFROST_ASSIGN(const auto inserted, tx.query(sql::insert_objects, json_of(left), backend, now));
        for (const auto row : inserted) {
            const auto object = wanted.find(std::string(row.text(0)));
            BIFROST_CHECK(tx.defer(sql::insert_location, object->first, backend, object->second.key, now));
            wanted.erase(object);
        }
        if (wanted.empty()) break;
        std::vector<std::string> hashes;
        for (const auto& [sha256, object] : wanted) hashes.push_back(sha256);
        BIFROST_ASSIGN(const auto there, tx.query(sql::lock_objects, json::to_json(hashes)));
        for (const auto row : there) {
            const auto object = wanted.find(std::string(row.text(0)));
            const bool same_place = row.text(3) == object->second.key;
            if (row.text(4) == "stored") {
                if (!same_place) dropped.push_back(object->second.key);
            } else {
                if (!same_place) dropped.emplace_back(row.text(3));
                BIFROST_CHECK(replace(tx, object->second, backend, now));
            }
            wanted.erase(object);
        }
    }
    if (!wanted.empty())
        return Error{Errc::unavailable, "The same bytes are being removed just now; try again."};
    return dropped;
}

Result<std::vector<StoredObject>> list_readable_objects(database::Tx& tx, const access::Actor& actor,
                                                        const std::vector<std::string>& hashes) {
    database::Params params;
    params.push_back(database::to_value(json::to_json(hashes)));
    params.push_back(database::to_value(actor.user_id));
    const bool all = actor.is_administrator();
    std::string sql =
        "select o.sha256, o.size from object o where o.state = 'stored' and o.sha256 in (select ";
    sql += tx.dialect() == database::Dialect::sqlite ? "value from json_each($1))"
                                                     : "jsonb_array_elements_text(cast($1 as jsonb)))";
    sql += " and (exists (select 1 from upload u where u.sha256 = o.sha256 and u.state = 'complete' "
           "and u.created_by = $2) or exists (select 1 from file f join version v on v.id = f.version_id "
           "where f.sha256 = o.sha256 and ";
    sql += access::visible_projects(actor, "v.project_id", params);
    if (!all) sql += " and (v.state = 'published' or v.author_id = $2)";
    sql += "))";
    BIFROST_ASSIGN(const auto rows, tx.query_text(sql, params));
    std::vector<StoredObject> objects;
    for (const auto row : rows) objects.push_back(row.as<StoredObject>());
    return objects;
}

Result<std::vector<StoredObject>> hold_objects(database::Tx& tx, const std::vector<std::string>& hashes) {
    std::vector<std::string> sorted = hashes;
    std::sort(sorted.begin(), sorted.end());
    BIFROST_ASSIGN(const auto rows, tx.query(sql::hold_objects, json::to_json(sorted)));
    std::vector<StoredObject> objects;
    for (const auto row : rows) objects.push_back(row.as<StoredObject>());
    return objects;
}

} // namespace bifrost::publish
