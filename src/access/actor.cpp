#include "access/actor.hpp"

namespace bifrost::access {
namespace {

Permissions site_permissions(SiteRole role) {
    Permissions permissions;
    if (role == SiteRole::guest) return permissions;
    // Members find each other (assignees, mentions, members of a project).
    permissions.set(static_cast<std::size_t>(Permission::user_read));
    return permissions;
}

} // namespace

std::string_view site_role_name(SiteRole role) {
    switch (role) {
    case SiteRole::owner:
        return "owner";
    case SiteRole::admin:
        return "admin";
    case SiteRole::member:
        return "member";
    case SiteRole::guest:
        return "guest";
    }
    return "guest";
}

std::optional<SiteRole> parse_site_role(std::string_view name) {
    for (const SiteRole role : {SiteRole::owner, SiteRole::admin, SiteRole::member, SiteRole::guest})
        if (site_role_name(role) == name) return role;
    return std::nullopt;
}

bool Actor::may(Permission permission, const std::optional<Id>& project_id) const {
    const auto bit = static_cast<std::size_t>(permission);
    if (system_) return true;
    if (!scope.test(bit)) return false;
    if (is_administrator()) return true;
    if (site_permissions(site_role).test(bit)) return true;
    if (!project_id || !memberships) return false;
    const auto membership = memberships->find(*project_id);
    return membership != memberships->end() && role_permissions(membership->second).test(bit);
}

Result<> Actor::require(Permission permission, const Id& project_id, std::string_view what) const {
    if (!may_see(project_id)) return Error{Errc::not_found, "There is no such " + std::string(what) + "."};
    if (may(permission, project_id)) return {};
    return Error{Errc::forbidden, "You may not do this here: it takes the permission " +
                                      std::string(permission_name(permission)) +
                                      ". A producer of the project or an administrator can give it."};
}

Result<> Actor::require_site(Permission permission) const {
    if (may(permission)) return {};
    return Error{Errc::forbidden, "You may not do this: it takes the permission " +
                                      std::string(permission_name(permission)) +
                                      ", which administrators have."};
}

Actor Actor::system() {
    Actor actor;
    actor.code = "system";
    actor.system_ = true;
    return actor;
}

std::string visible_projects(const Actor& actor, std::string_view column, database::Params& params) {
    // may() without a project answers for those who see every project.
    if (actor.may(Permission::project_read)) return "1 = 1";
    if (!actor.scope.test(static_cast<std::size_t>(Permission::project_read))) return "1 = 0";
    params.push_back(database::to_value(actor.user_id));
    // Clients see what is shared with them only; see permission.cpp.
    return std::string(column) + " in (select project_id from membership where user_id = $" +
           std::to_string(params.size()) + " and role <> 'client')";
}

} // namespace bifrost::access
