#pragma once
// Tasks: who does what on an asset, an episode, a sequence or a shot, until when. Dates are days, time is
// minutes.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "query/list.hpp"
#include "services/project/entity.hpp"

namespace bifrost::task {

struct Task : project::EntityFields {
    Id project_id;
    Id entity_id; ///< what it is done on
    std::string entity_kind;
    std::string entity_address; ///< "sq010/sh0010"
    Id task_type_id;
    std::string task_type;                 ///< its code
    std::optional<std::string> department; ///< the code of its type's
    std::string name;
    std::string description;
    std::string status;   ///< a state of its workflow; changes along transitions only
    std::string priority; ///< low, normal, high, urgent
    std::optional<std::string> start_date;
    std::optional<std::string> due_date; ///< the last day of work
    std::optional<std::int64_t> bid_minutes;
    std::int64_t logged_minutes = 0;    ///< the sum of its time logs
    std::int64_t retakes = 0;           ///< how often it was sent back
    std::optional<Timestamp> closed_at; ///< since when it is done or retired
    json::Raw assignees{"[]"};          ///< ids of users, in order
    json::Raw depends_on{"[]"};         ///< [{task_id, kind, lag_days}]
};
BOOST_DESCRIBE_STRUCT(Task, (project::EntityFields),
                      (project_id, entity_id, entity_kind, entity_address, task_type_id, task_type,
                       department, name, description, status, priority, start_date, due_date, bid_minutes,
                       logged_minutes, retakes, closed_at, assignees, depends_on))

struct TaskFilter {
    std::optional<Id> entity_id;
    std::vector<std::string> types; ///< codes
    std::vector<std::string> departments;
    std::vector<std::string> statuses;
    std::vector<std::string> priorities;
    std::string assignee; ///< a user's id or code, `me` or `none`
    std::string due_before;
    std::optional<bool> open; ///< true: those that are neither done nor retired
};

/// not_found when it isn't there or in a project that the actor may not see.
Result<Task> get_task(database::Tx& tx, const access::Actor& actor, const Id& id);
/// Sorted by due_date, start_date, priority, status, type, name, entity, created_at or updated_at. Tasks of
/// archived entities only when archived ones are asked for.
Result<query::Page<Task>> list_tasks(database::Tx& tx, const access::Actor& actor, std::string_view project,
                                     const query::ListRequest& request, const TaskFilter& filter);
/// The actor's own in every project that they see.
Result<query::Page<Task>> list_my_tasks(database::Tx& tx, const access::Actor& actor,
                                        const query::ListRequest& request, const TaskFilter& filter);

/// `body`: {entity_id, task_type, name?, description?, priority?, start_date?, due_date?, bid_minutes?,
/// assignees?, depends_on?, metadata?}. conflict when the entity has a task of this type and name. Needs
/// task:create. Adds "task.created".
Result<Task> create_task(access::Call& call, std::string_view project, const boost::json::value& body);
/// JSON Merge Patch; `assignees` and `depends_on` are replaced whole. A dependency that closes a circle is
/// refused and the circle told. Needs task:update. Adds "task.updated".
Result<Task> update_task(access::Call& call, const Id& id, const boost::json::value& patch,
                         std::optional<std::int64_t> if_revision);
Result<Task> archive_task(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision);
Result<Task> restore_task(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision);
/// Needs site:purge.
Result<> purge_task(access::Call& call, const Id& id);

/// What a template made.
struct MadeTasks {
    std::vector<Task> data;
    std::int64_t existing = 0; ///< that were there already
};
BOOST_DESCRIBE_STRUCT(MadeTasks, (), (data, existing))
/// `body`: {entity_ids: up to 2,000, template_id?}: the tasks of the template (or of the one that fits each
/// entity best: the project's own before the site's, one for its asset type before one for all) that an
/// entity hasn't got, with the dependencies of their types. Needs task:create.
Result<MadeTasks> create_from_template(access::Call& call, std::string_view project,
                                       const boost::json::value& body);
/// For effects of workflows: one task of the type, unless there is one; the actor's permissions aren't asked.
Result<> ensure_task(access::Call& call, const project::Entity& entity, std::string_view task_type);

} // namespace bifrost::task
