#pragma once
// Projects: the root of every entity, with its settings and members.

#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "query/list.hpp"
#include "services/project/entity.hpp"

namespace bifrost::project {

struct Project : EntityFields {
    std::string code;
    std::string label;
    std::string name;
    std::string kind;   ///< feature, series, short, commercial, game, library
    std::string status; ///< active, on_hold, finished
    std::string fps;    ///< a fraction: "24000/1001"
    std::optional<std::int64_t> resolution_width;
    std::optional<std::int64_t> resolution_height;
    std::optional<std::string> colour_space;
    std::optional<std::string> start_date; ///< "2026-01-31"
    std::optional<std::string> end_date;
    json::Raw settings;
};
BOOST_DESCRIBE_STRUCT(Project, (EntityFields),
                      (code, label, name, kind, status, fps, resolution_width, resolution_height,
                       colour_space, start_date, end_date, settings))

struct Member {
    Id user_id;
    std::string user_code;
    std::string user_name;
    std::string role;
    Timestamp created_at;
    std::optional<Id> created_by;
};
BOOST_DESCRIBE_STRUCT(Member, (), (user_id, user_code, user_name, role, created_at, created_by))

/// How many entities of each kind, and assets by status and type, archived ones left out.
struct Stats {
    std::map<std::string, std::int64_t> entities;
    std::map<std::string, std::int64_t> assets_by_status;
    std::map<std::string, std::int64_t> assets_by_type;
    std::int64_t files = 0;
    std::int64_t total_size = 0; ///< bytes of published versions, before deduplication
};
BOOST_DESCRIBE_STRUCT(Stats, (), (entities, assets_by_status, assets_by_type, files, total_size))

/// The project behind an id or a code that the actor may see; not_found otherwise.
Result<Project> get_project(database::Tx& tx, const access::Actor& actor, std::string_view id_or_code);
Result<query::Page<Project>> list_projects(database::Tx& tx, const access::Actor& actor,
                                           const query::ListRequest& request);
Result<Stats> project_stats(database::Tx& tx, const access::Actor& actor, std::string_view id_or_code);

/// `body` is the request's JSON; its maker becomes a supervisor. Needs project:create.
Result<Project> create_project(access::Call& call, const boost::json::value& body);
/// JSON Merge Patch of code, name, kind, status, fps, …, metadata.
Result<Project> update_project(access::Call& call, std::string_view id_or_code,
                               const boost::json::value& patch, std::optional<std::int64_t> if_revision);
Result<Project> archive_project(access::Call& call, std::string_view id_or_code,
                                std::optional<std::int64_t> if_revision);
Result<Project> restore_project(access::Call& call, std::string_view id_or_code,
                                std::optional<std::int64_t> if_revision);
/// Removes an archived project and all that is in it. Needs site:purge.
Result<> purge_project(access::Call& call, std::string_view id_or_code);

Result<std::vector<Member>> list_members(database::Tx& tx, const access::Actor& actor,
                                         std::string_view id_or_code);
/// Gives a user a role in the project, or changes it.
Result<Member> put_member(access::Call& call, std::string_view id_or_code, std::string_view user,
                          const boost::json::value& body);
Result<> remove_member(access::Call& call, std::string_view id_or_code, std::string_view user);

} // namespace bifrost::project
