#pragma once
// What may be done, as `kind:action`, and which project role may do it. The one table of the policy is in
// permission.cpp.

#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace bifrost::access {

enum class Permission : std::uint8_t {
    // of a project
    project_read,
    project_update,
    project_archive,
    member_read,
    member_manage,
    asset_create,
    asset_update,
    asset_archive,
    asset_transition, ///< the everyday moves of a workflow
    asset_review,     ///< the moves that decide (approve, finish, retire)
    shot_create,      ///< shots, sequences and episodes
    shot_update,      ///< their casting too
    shot_archive,
    shot_transition,
    shot_review, ///< the moves that decide, omitting among them
    product_create,
    product_update,
    product_archive,
    version_create, ///< uploads, drafts, publishing
    version_update,
    version_archive,
    version_transition,
    version_review,
    task_create,
    task_update, ///< dates, people, dependencies
    task_archive,
    task_transition,
    task_review,
    time_log_create, ///< one's own time
    comment_create,
    comment_moderate, ///< others' comments
    history_revert,   ///< on top of what each of the changes takes
    workflow_manage,  ///< workflows, task types and templates
    webhook_manage,
    job_read,
    job_manage,
    // of the site
    project_create,
    purge,
    user_read,
    user_manage,
    count_
};

using Permissions = std::bitset<static_cast<std::size_t>(Permission::count_)>;

/// "asset:create"
std::string_view permission_name(Permission permission);
std::optional<Permission> parse_permission(std::string_view name);
/// True for what only looks.
bool is_read(Permission permission);

struct RoleDescription {
    std::string_view code;
    std::string_view name;
    Permissions permissions;
};

/// supervisor, producer, lead, artist, client, viewer.
const std::vector<RoleDescription>& project_roles();
/// What the role may do in its project; nothing for an unknown role.
Permissions role_permissions(std::string_view role);

} // namespace bifrost::access
