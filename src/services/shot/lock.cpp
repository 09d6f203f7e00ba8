#include "services/shot/lock.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <boost/json/parse.hpp>

#include "core/json_reader.hpp"
#include "services/publish/address.hpp"
#include "services/shot/lock.sql.hpp"
#include "services/shot/shot.hpp"
#include "services/shot/shot_write.hpp"

namespace bifrost::shot {
namespace {

using access::Actor;

std::string joined(const std::vector<std::string>& path) {
    std::string text;
    for (const auto& name : path) text += (text.empty() ? "" : "/") + name;
    return text;
}

void add_entries(const std::vector<std::string>& path, const std::vector<publish::ResolvedProduct>& products,
                 std::vector<LockEntry>& entries) {
    for (const auto& product : products)
        if (product.version_id)
            entries.push_back(
                {joined(path), product.code, "", *product.version_id, product.number.value_or(0)});
}

/// What the shot resolves to now.
Result<Lock> make_lock(database::Tx& tx, const Actor& actor, const Id& shot_id, std::string_view policy) {
    BIFROST_ASSIGN(const auto resolved,
                   publish::resolve_shot(tx, actor, shot_id, {std::string(policy), {}, {}}));
    Lock lock;
    lock.shot_id = shot_id;
    lock.policy = resolved.policy;
    add_entries({}, resolved.products, lock.data);
    for (const auto& asset : resolved.data) add_entries(asset.path, asset.products, lock.data);
    std::vector<Id> versions;
    for (const auto& entry : lock.data) versions.push_back(entry.version_id);
    BIFROST_ASSIGN(const auto addresses, publish::addresses_of(tx, versions));
    for (auto& entry : lock.data)
        if (const auto address = addresses.find(entry.version_id); address != addresses.end())
            entry.address = address->second;
    std::sort(lock.data.begin(), lock.data.end(), [](const LockEntry& a, const LockEntry& b) {
        return std::tie(a.path, a.product) < std::tie(b.path, b.product);
    });
    return lock;
}

std::string text_of(const boost::json::object& object, std::string_view key) {
    return std::string(object.at(key).as_string());
}

Result<std::optional<Lock>> find_lock(database::Tx& tx, const Id& shot_id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_lock, shot_id));
    if (rows.empty()) return std::optional<Lock>{};
    Lock lock;
    lock.shot_id = shot_id;
    lock.policy = rows[0].text(0);
    lock.stored = true;
    lock.revision = rows[0].integer(2);
    lock.locked_at = rows[0].timestamp(3);
    lock.locked_by = rows[0].get<std::optional<Id>>(4);
    const auto content = boost::json::parse(rows[0].text(1));
    for (const auto& item : content.as_array()) {
        const auto& entry = item.as_object();
        lock.data.push_back({text_of(entry, "path"), text_of(entry, "product"), text_of(entry, "address"),
                             Id::parse(text_of(entry, "version_id")).value_or(Id{}),
                             entry.at("number").to_number<std::int64_t>()});
    }
    return std::optional(std::move(lock));
}

/// Who made the new versions, who approved them, what they say.
Result<> describe(database::Tx& tx, std::vector<LockChange>& changes) {
    std::vector<Id> ids;
    for (const auto& change : changes)
        if (change.to) ids.push_back(change.to->version_id);
    if (ids.empty()) return {};
    BIFROST_ASSIGN(const auto moves, tx.query(sql::list_lock_moves, json::to_json(ids)));
    std::map<Id, std::pair<std::optional<Id>, Timestamp>> last; // who moved it last, and when
    for (const auto row : moves) last[row.id(0)] = {row.get<std::optional<Id>>(1), row.timestamp(2)};
    BIFROST_ASSIGN(const auto versions, tx.query(sql::list_lock_versions, json::to_json(ids)));
    std::set<Id> people;
    for (const auto row : versions) people.insert(row.id(3));
    for (const auto& [id, move] : last)
        if (move.first) people.insert(*move.first);
    BIFROST_ASSIGN(const auto users, access::find_user_refs(tx, people));
    const auto user = [&](const std::optional<Id>& id) -> std::optional<access::UserRef> {
        const auto found = id ? users.find(*id) : users.end();
        return found == users.end() ? std::nullopt : std::optional(found->second);
    };
    for (const auto row : versions) {
        for (auto& change : changes) {
            if (!change.to || change.to->version_id != row.id(0)) continue;
            change.status = row.text(1);
            change.comment = row.text(2);
            change.author = user(row.id(3));
            const auto move = last.find(row.id(0));
            if (row.is_null(4) || row.text(4) != "done" || move == last.end()) continue;
            change.approved_by = user(move->second.first);
            change.approved_at = move->second.second;
        }
    }
    return {};
}

LockUpdate difference(const std::vector<LockEntry>& before, const std::vector<LockEntry>& after) {
    using Key = std::pair<std::string, std::string>;
    std::map<Key, std::pair<const LockEntry*, const LockEntry*>> both;
    for (const auto& entry : before) both[{entry.path, entry.product}].first = &entry;
    for (const auto& entry : after) both[{entry.path, entry.product}].second = &entry;
    LockUpdate update;
    for (const auto& [key, pair] : both) {
        const auto [from, to] = pair;
        if (from && to && from->version_id == to->version_id) {
            ++update.unchanged;
            continue;
        }
        LockChange change;
        change.path = key.first;
        change.product = key.second;
        change.change = !from ? "added" : !to ? "removed" : "updated";
        if (from) change.from = *from;
        if (to) change.to = *to;
        update.data.push_back(std::move(change));
    }
    return update;
}

struct Planned {
    LockUpdate update;
    Lock now;
};

Result<Planned> plan(database::Tx& tx, const Actor& actor, const Id& shot_id, std::string_view policy) {
    BIFROST_ASSIGN(const auto stored, find_lock(tx, shot_id));
    Planned planned;
    const std::string wanted = policy.empty() && stored ? stored->policy : std::string(policy);
    BIFROST_ASSIGN(planned.now, make_lock(tx, actor, shot_id, wanted));
    planned.update = difference(stored ? stored->data : std::vector<LockEntry>{}, planned.now.data);
    planned.update.revision = planned.now.revision = stored ? stored->revision : 0;
    BIFROST_CHECK(describe(tx, planned.update.data));
    return planned;
}

std::string patch_of(const std::vector<LockChange>& changes) {
    boost::json::object before;
    boost::json::object after;
    for (const auto& change : changes) {
        const std::string key = (change.path.empty() ? "" : change.path + "/") + change.product;
        if (change.from) before[key] = change.from->address;
        if (change.to) after[key] = change.to->address;
    }
    return json::canonical(boost::json::object{{"before", std::move(before)}, {"after", std::move(after)}});
}

} // namespace

Result<Lock> get_lock(database::Tx& tx, const Actor& actor, const Id& shot_id) {
    BIFROST_CHECK(project::get_visible_entity(tx, actor, shot_id, "shot"));
    BIFROST_ASSIGN(auto stored, find_lock(tx, shot_id));
    if (stored) return std::move(*stored);
    return make_lock(tx, actor, shot_id, "");
}

Result<std::map<std::string, Id>> locked_versions(database::Tx& tx, const Id& shot_id) {
    BIFROST_ASSIGN(const auto stored, find_lock(tx, shot_id));
    std::map<std::string, Id> versions;
    if (!stored) return versions;
    for (const auto& entry : stored->data)
        versions.emplace((entry.path.empty() ? "" : entry.path + "/") + entry.product, entry.version_id);
    return versions;
}

Result<LockUpdate> plan_update(database::Tx& tx, const Actor& actor, const Id& shot_id,
                               std::string_view policy) {
    BIFROST_CHECK(project::get_visible_entity(tx, actor, shot_id, "shot"));
    BIFROST_ASSIGN(auto planned, plan(tx, actor, shot_id, policy));
    return std::move(planned.update);
}

Result<LockUpdate> update_lock(access::Call& call, const Id& shot_id, const boost::json::value& body) {
    BIFROST_ASSIGN(const auto shot, lock_shot(call, shot_id));
    BIFROST_CHECK(call.actor.require(access::Permission::shot_update, shot.project_id, "shot"));
    json::Reader reader(body);
    const auto policy = reader.optional_choice("policy", {"latest", "latest_approved"}).value_or("");
    const bool dry_run = reader.optional_boolean("dry_run").value_or(false);
    BIFROST_CHECK(reader.finish());
    BIFROST_ASSIGN(auto planned, plan(call.tx, call.actor, shot_id, policy));
    if (dry_run) return std::move(planned.update);
    if (shot.archived_at) return Error{Errc::conflict, "The shot is archived: restore it before locking it."};
    if (planned.update.data.empty() && planned.now.revision > 0) return std::move(planned.update);
    std::optional<Id> actor;
    if (!call.actor.user_id.is_nil()) actor = call.actor.user_id;
    planned.update.revision += 1;
    planned.update.applied = true;
    BIFROST_CHECK(call.tx.execute(sql::store_lock, shot_id, planned.now.policy,
                                  json::to_json(planned.now.data), planned.update.revision, Timestamp::now(),
                                  actor));
    call.changes.add({"shot.locked", shot.project_id, "shot", shot_id, patch_of(planned.update.data)});
    return std::move(planned.update);
}

} // namespace bifrost::shot
