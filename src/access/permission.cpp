#include "access/permission.hpp"

#include <array>
#include <initializer_list>

namespace bifrost::access {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Permission::count_)> kNames = {
    "project:read",     "project:update",     "project:archive", "member:read",      "member:manage",
    "asset:create",     "asset:update",       "asset:archive",   "asset:transition", "asset:review",
    "shot:create",      "shot:update",        "shot:archive",    "shot:transition",  "shot:review",
    "product:create",   "product:update",     "product:archive", "version:create",   "version:update",
    "version:archive",  "version:transition", "version:review",  "task:create",      "task:update",
    "task:archive",     "task:transition",    "task:review",     "time_log:create",  "comment:create",
    "comment:moderate", "history:revert",     "workflow:manage", "webhook:manage",   "job:read",
    "job:manage",       "project:create",     "site:purge",      "user:read",        "user:manage"};

Permissions set_of(std::initializer_list<Permission> list) {
    Permissions permissions;
    for (const Permission permission : list) permissions.set(static_cast<std::size_t>(permission));
    return permissions;
}

std::vector<RoleDescription> make_roles() {
    using enum Permission;
    const Permissions viewer = set_of({project_read, member_read, job_read});
    const Permissions artist =
        viewer | set_of({product_create, version_create, version_update, version_transition, asset_transition,
                         shot_transition, task_transition, time_log_create, comment_create});
    const Permissions lead =
        artist |
        set_of({asset_create, asset_update, asset_archive, asset_review, shot_create, shot_update,
                shot_archive, shot_review, product_update, product_archive, version_archive, version_review,
                task_create, task_update, task_archive, task_review, comment_moderate, history_revert});
    const Permissions supervisor = lead | set_of({job_manage});
    const Permissions producer =
        supervisor | set_of({project_update, member_manage, workflow_manage, webhook_manage});
    // A client sees only what was shared with it; until something is, that is nothing.
    return {{"supervisor", "Supervisor", supervisor},
            {"producer", "Producer", producer},
            {"lead", "Lead", lead},
            {"artist", "Artist", artist},
            {"client", "Client", {}},
            {"viewer", "Viewer", viewer}};
}

} // namespace

std::string_view permission_name(Permission permission) {
    return kNames[static_cast<std::size_t>(permission)];
}

std::optional<Permission> parse_permission(std::string_view name) {
    for (std::size_t i = 0; i < kNames.size(); ++i)
        if (kNames[i] == name) return static_cast<Permission>(i);
    return std::nullopt;
}

bool is_read(Permission permission) { return permission_name(permission).ends_with(":read"); }

const std::vector<RoleDescription>& project_roles() {
    static const std::vector<RoleDescription> roles = make_roles();
    return roles;
}

Permissions role_permissions(std::string_view role) {
    for (const auto& known : project_roles())
        if (known.code == role) return known.permissions;
    return {};
}

} // namespace bifrost::access
