#include "access/user_actor.hpp"

#include "access/api_token.hpp"
#include "access/user_actor.sql.hpp"

namespace bifrost::access {

std::optional<std::string> scopes_of(const Actor& actor) {
    if (actor.scope.all()) return std::nullopt;
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < actor.scope.size(); ++i)
        if (actor.scope.test(i)) names.push_back(permission_name(static_cast<Permission>(i)));
    return json::to_json(names);
}

Result<std::optional<Actor>> find_user_actor(database::Tx& tx, const Id& user_id,
                                             const std::optional<std::string>& scopes) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_user_actor, user_id));
    if (rows.empty()) return std::optional<Actor>{};
    Actor actor;
    actor.user_id = user_id;
    actor.code = rows[0].text(0);
    actor.site_role = parse_site_role(rows[0].text(1)).value_or(SiteRole::guest);
    // A permission that this release doesn't know gives nothing rather than everything.
    if (scopes) actor.scope = parse_scopes(*scopes).value_or(Permissions{});
    auto memberships = std::make_shared<std::unordered_map<Id, std::string>>();
    for (const auto row : rows)
        if (!row.is_null(2)) memberships->emplace(row.id(2), row.text(3));
    actor.memberships = std::move(memberships);
    return std::optional<Actor>(std::move(actor));
}

} // namespace bifrost::access
