-- Tasks. The columns come in the order of Task; depends_on is read apart.

-- name: find_task
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       t.project_id, t.entity_id, oe.kind, coalesce(ge.code || '/', '') || coalesce(pe.code || '/', '') || oe.code,
       t.task_type_id, y.code, d.code, t.name, t.description, t.status,
       case t.priority when 0 then 'low' when 1 then 'normal' when 2 then 'high' else 'urgent' end, t.start_date, t.due_date,
       t.bid_minutes, t.logged_minutes, t.retakes, t.closed_at, t.assignees, '[]'
from task t
join entity e on e.id = t.id
join entity oe on oe.id = t.entity_id
join task_type y on y.id = t.task_type_id
left join department d on d.id = y.department_id
left join entity pe on pe.id = oe.parent_id and pe.kind <> 'project'
left join entity ge on ge.id = pe.parent_id and ge.kind <> 'project'
where t.id = $1

-- name: lock_task
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       t.project_id, t.entity_id, oe.kind, coalesce(ge.code || '/', '') || coalesce(pe.code || '/', '') || oe.code,
       t.task_type_id, y.code, d.code, t.name, t.description, t.status,
       case t.priority when 0 then 'low' when 1 then 'normal' when 2 then 'high' else 'urgent' end, t.start_date, t.due_date,
       t.bid_minutes, t.logged_minutes, t.retakes, t.closed_at, t.assignees, '[]'
from task t
join entity e on e.id = t.id
join entity oe on oe.id = t.entity_id
join task_type y on y.id = t.task_type_id
left join department d on d.id = y.department_id
left join entity pe on pe.id = oe.parent_id and pe.kind <> 'project'
left join entity ge on ge.id = pe.parent_id and ge.kind <> 'project'
where t.id = $1
-- postgres:
for no key update of t, e

-- The tasks of a project among these ids ($2: a JSON list), locked in the order of their ids.
-- name: lock_tasks
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       t.project_id, t.entity_id, oe.kind, coalesce(ge.code || '/', '') || coalesce(pe.code || '/', '') || oe.code,
       t.task_type_id, y.code, d.code, t.name, t.description, t.status,
       case t.priority when 0 then 'low' when 1 then 'normal' when 2 then 'high' else 'urgent' end, t.start_date, t.due_date,
       t.bid_minutes, t.logged_minutes, t.retakes, t.closed_at, t.assignees, '[]'
from task t
join entity e on e.id = t.id
join entity oe on oe.id = t.entity_id
join task_type y on y.id = t.task_type_id
left join department d on d.id = y.department_id
left join entity pe on pe.id = oe.parent_id and pe.kind <> 'project'
left join entity ge on ge.id = pe.parent_id and ge.kind <> 'project'
where t.project_id = $1 and t.id in (
-- sqlite:
select value from json_each($2)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($2 as jsonb))
-- both:
)
order by t.id
-- postgres:
for no key update of t, e

-- name: list_dependencies_of
select d.task_id, d.depends_on_id, d.kind, d.lag_days
from task_dependency d
where d.task_id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)
order by d.task_id, d.depends_on_id

-- The state that tasks of a type begin in.
-- name: find_initial_status
select w.initial_state, s.category
from workflow w
join workflow_state s on s.workflow_id = w.id and s.code = w.initial_state
where w.entity_kind = 'task' and (w.project_id = $1 or w.project_id is null) and (w.task_type = $2 or w.task_type is null)
order by w.project_id is null, w.task_type is null, w.id
limit 1

-- name: insert_entity
insert into entity (id, kind, project_id, parent_id, code, label, archived_at, created_at, created_by, updated_at,
                    updated_by, revision, metadata)
values ($1, 'task', $2, $3, null, null, null, $4, $5, $4, $5, 1, $6)

-- name: insert_task
insert into task (id, project_id, entity_id, task_type_id, name, name_key, description, status, priority, start_date, due_date,
                  bid_minutes, logged_minutes, retakes, closed_at, assignees)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, $13, $14)

-- name: update_task
update task
set name = $2, name_key = $3, description = $4, priority = $5, start_date = $6, due_date = $7, bid_minutes = $8, assignees = $9
where id = $1

-- name: delete_assignees
delete from task_assignee
where task_id = $1

-- name: insert_assignee
insert into task_assignee (task_id, user_id)
values ($1, $2)

-- Who may be given a task: active people who see the project.
-- name: find_assignable
select u.id
from user_account u
left join membership m on m.user_id = u.id and m.project_id = $1
where u.is_active and (u.code = $2 or cast(u.id as text) = $2)
  and (u.site_role in ('owner', 'admin') or (m.role is not null and m.role <> 'client'))

-- name: lock_task_graph
select name from lock_row where name = 'task_graph'
-- postgres:
for update

-- name: list_edges
select d.task_id, d.depends_on_id, d.kind, d.lag_days
from task_dependency d
join task t on t.id = d.task_id
where t.project_id = $1

-- name: delete_dependencies
delete from task_dependency
where task_id = $1

-- name: insert_dependency
insert into task_dependency (task_id, depends_on_id, kind, lag_days)
values ($1, $2, $3, $4)

-- name: list_tasks_named
select t.id, t.name
from task t
where t.project_id = $1 and t.id in (
-- sqlite:
select value from json_each($2)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($2 as jsonb))
-- both:
)

-- What a template works on.
-- name: list_owners
select e.id, e.kind, a.type, e.archived_at
from entity e
left join asset a on a.id = e.id
where e.project_id = $1 and e.id in (
-- sqlite:
select value from json_each($2)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($2 as jsonb))
-- both:
)
order by e.id
-- postgres:
for no key update of e

-- name: list_templates
select id, entity_kind, asset_type, items
from task_template
where archived_at is null and (project_id = $1 or project_id is null)
order by project_id is null, asset_type is null, code

-- name: list_tasks_of_owners
select entity_id, task_type_id, name_key, id
from task
where entity_id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)

-- Dates of everything that has some, for the schedule. Locked.
-- name: lock_schedule
select t.id, t.name, t.start_date, t.due_date, t.closed_at, oe.code
from task t
join entity e on e.id = t.id
join entity oe on oe.id = t.entity_id
where t.project_id = $1 and e.archived_at is null and (t.start_date is not null or t.due_date is not null)
order by t.id
-- postgres:
for no key update of t

-- name: set_dates
update task
set start_date = $2, due_date = $3
where id = $1

-- name: raise_revision
update entity
set revision = revision + 1, updated_at = $2, updated_by = $3
where id = $1

-- name: change_metadata
update entity
set metadata = $4, revision = revision + 1, updated_at = $2, updated_by = $3
where id = $1

-- name: find_anybody
select id
from user_account
where code = $1 or cast(id as text) = $1
