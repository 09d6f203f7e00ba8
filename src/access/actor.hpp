#pragma once
// Who asks. Every service call gets an Actor and asks it first.

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "access/permission.hpp"
#include "core/id.hpp"
#include "core/result.hpp"
#include "core/timestamp.hpp"
#include "database/query.hpp"

namespace bifrost::access {

enum class SiteRole { owner, admin, member, guest };
std::string_view site_role_name(SiteRole role);
std::optional<SiteRole> parse_site_role(std::string_view name);

class Actor {
  public:
    Id user_id;
    std::string code;
    SiteRole site_role = SiteRole::guest;
    /// Project → role; shared, because a copy of the actor is made for each request.
    std::shared_ptr<const std::unordered_map<Id, std::string>> memberships;
    /// What the token was limited to; all for sessions.
    Permissions scope = Permissions{}.set();
    std::optional<Id> session_id;
    std::optional<Id> token_id;
    std::optional<Timestamp> expires_at; ///< of the session or token
    std::string request_id;              ///< of the request that is being served, for events

    /// Owner or admin: sees and may do everything that the token's scope allows.
    [[nodiscard]] bool is_administrator() const {
        return site_role == SiteRole::owner || site_role == SiteRole::admin;
    }
    /// May it in this project (or on the site, for permissions of the site)?
    [[nodiscard]] bool may(Permission permission, const std::optional<Id>& project_id = std::nullopt) const;
    [[nodiscard]] bool may_see(const Id& project_id) const {
        return may(Permission::project_read, project_id);
    }

    /// not_found when the project may not even be seen, forbidden when it may but not this. `what` names the
    /// thing in the sentence ("asset"). First line of every service call.
    [[nodiscard]] Result<> require(Permission permission, const Id& project_id, std::string_view what) const;
    /// For permissions of the site: forbidden.
    [[nodiscard]] Result<> require_site(Permission permission) const;

    /// The program itself acting (migrations, first start, administrative commands): everything is allowed.
    static Actor system();
    [[nodiscard]] bool is_system() const { return system_; }

  private:
    bool system_ = false;
};

/// The row filter of the policy: a condition on a column that holds a project's id, true for the rows that
/// the actor may see. Values are appended to `params` and bound. Every list, search, count and stream uses
/// it.
std::string visible_projects(const Actor& actor, std::string_view column, database::Params& params);

} // namespace bifrost::access
