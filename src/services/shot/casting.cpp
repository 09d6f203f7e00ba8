#include "services/shot/casting.hpp"

#include <unordered_map>

#include <boost/json/parse.hpp>

#include "core/json_reader.hpp"
#include "services/shot/casting.sql.hpp"
#include "services/shot/casting_input.hpp"

namespace bifrost::shot {
namespace {

using access::Call;
using access::Permission;

struct Owner {
    Id project_id;
    std::int64_t revision = 1;
    std::optional<Timestamp> archived_at;
};
BOOST_DESCRIBE_STRUCT(Owner, (), (project_id, revision, archived_at))

Result<Owner> read_owner(database::Tx& tx, const access::Actor& actor, const database::Query& query,
                         std::string_view kind, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(query, id, kind));
    if (rows.empty()) return Error{Errc::not_found, "There is no such " + std::string(kind) + "."};
    Owner owner = rows[0].as<Owner>();
    BIFROST_CHECK(actor.require(Permission::project_read, owner.project_id, kind));
    return owner;
}

json::Raw canonical(const json::Raw& raw) {
    if (raw.text == "{}") return raw;
    return {json::canonical(boost::json::parse(raw.text))};
}

Result<std::vector<Role>> list_roles(database::Tx& tx, const Id& owner_id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_roles, owner_id));
    std::vector<Role> roles;
    roles.reserve(rows.size());
    for (const auto row : rows) {
        roles.push_back(row.as<Role>());
        roles.back().overrides = canonical(roles.back().overrides);
        roles.back().pins = canonical(roles.back().pins);
    }
    return roles;
}

/// The owner, locked, and what its casting is.
struct Standing {
    Owner owner;
    std::vector<Role> roles;
};

Result<Standing> lock_standing(Call& call, std::string_view kind, const Id& owner_id,
                               std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const auto owner, read_owner(call.tx, call.actor, sql::lock_casting_list, kind, owner_id));
    BIFROST_CHECK(call.actor.require(Permission::shot_update, owner.project_id, kind));
    if (if_revision && *if_revision != owner.revision)
        return Error{Errc::stale_revision, "The casting was changed by someone else: it is at revision " +
                                               std::to_string(owner.revision) + ", not " +
                                               std::to_string(*if_revision) +
                                               ". Read it again and repeat the change."}
            .with("revision", std::to_string(owner.revision));
    if (owner.archived_at)
        return Error{Errc::conflict,
                     "The " + std::string(kind) + " is archived: restore it before changing its casting."};
    BIFROST_ASSIGN(auto roles, list_roles(call.tx, owner_id));
    return Standing{owner, std::move(roles)};
}

/// Rows by id that are not among `others` as they are.
std::string rows_beside(const std::vector<Role>& rows, const std::vector<Role>& others) {
    std::unordered_map<Id, const Role*> by_id;
    for (const auto& other : others) by_id.emplace(other.id, &other);
    std::map<std::string, Role> changed;
    for (const auto& row : rows) {
        const auto found = by_id.find(row.id);
        if (found == by_id.end() || !(*found->second == row)) changed.emplace(row.id.text(), row);
    }
    return json::to_json(changed);
}

Result<Casting> store(Call& call, std::string_view kind, const Id& owner_id, const Standing& standing,
                      std::vector<Role> roles) {
    if (roles == standing.roles) return Casting{std::move(roles), standing.owner.revision};
    BIFROST_CHECK(call.tx.execute(sql::delete_roles, owner_id));
    std::vector<database::Params> rows;
    for (std::size_t i = 0; i < roles.size(); ++i) {
        const auto& role = roles[i];
        rows.push_back(database::make_params(role.id, owner_id, standing.owner.project_id, role.asset_id,
                                             role.occurrences, role.label, role.overrides, role.pins, i));
    }
    if (!rows.empty()) BIFROST_CHECK(call.tx.execute_many(sql::insert_role, rows));
    BIFROST_CHECK(call.tx.execute(sql::set_casting_revision, owner_id, standing.owner.revision + 1));
    const std::string patch = R"({"after":{"casting":)" + rows_beside(roles, standing.roles) +
                              R"(},"before":{"casting":)" + rows_beside(standing.roles, roles) + "}}";
    call.changes.add({std::string(kind) + ".casting_changed", standing.owner.project_id, std::string(kind),
                      owner_id, json::canonical(boost::json::parse(patch))});
    return Casting{std::move(roles), standing.owner.revision + 1};
}

} // namespace

Result<Casting> get_casting(database::Tx& tx, const access::Actor& actor, std::string_view kind,
                            const Id& owner_id) {
    BIFROST_ASSIGN(const auto owner, read_owner(tx, actor, sql::find_casting_list, kind, owner_id));
    BIFROST_ASSIGN(auto roles, list_roles(tx, owner_id));
    return Casting{std::move(roles), owner.revision};
}

Result<Casting> put_casting(Call& call, std::string_view kind, const Id& owner_id,
                            const boost::json::value& body, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const auto standing, lock_standing(call, kind, owner_id, if_revision));
    BIFROST_ASSIGN(auto roles, read_casting(call, standing.owner.project_id, body, standing.roles));
    return store(call, kind, owner_id, standing, std::move(roles));
}

Result<Casting> patch_casting(Call& call, std::string_view kind, const Id& owner_id,
                              const boost::json::value& body, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const auto standing, lock_standing(call, kind, owner_id, if_revision));
    BIFROST_ASSIGN(auto roles, read_casting_patch(call, standing.owner.project_id, body, standing.roles));
    return store(call, kind, owner_id, standing, std::move(roles));
}

} // namespace bifrost::shot
