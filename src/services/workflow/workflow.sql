-- Workflows. Which one applies: the project's own before the site's, one for the asset's type before one for all.

-- name: find_workflow
select id, project_id, code, name, entity_kind, asset_type, task_type, initial_state, revision
from workflow
where id = $1

-- name: list_states
select workflow_id, code, name, colour, category, is_retake
from workflow_state
order by workflow_id, sort_order, code

-- name: list_moves
select workflow_id, from_state, to_state, name, permission, guards, effects
from workflow_transition
order by workflow_id, sort_order, from_state, to_state

-- name: find_asset_subject
select e.project_id, a.status, a.type, 'published', e.created_by, 0, null
from entity e
join asset a on a.id = e.id
where e.id = $1

-- name: find_shot_subject
select e.project_id, s.status, null, 'published', e.created_by, 0, null
from entity e
join shot s on s.id = e.id
where e.id = $1

-- name: find_version_subject
select e.project_id, v.status, null, v.state, v.author_id, 0, null
from entity e
join version v on v.id = e.id
where e.id = $1

-- name: find_task_subject
select e.project_id, t.status, y.code, 'published', e.created_by, t.retakes, t.closed_at
from entity e
join task t on t.id = e.id
join task_type y on y.id = t.task_type_id
where e.id = $1

-- name: lock_asset_subject
select e.project_id, a.status, a.type, 'published', e.created_by, 0, null
from entity e
join asset a on a.id = e.id
where e.id = $1
-- postgres:
for no key update

-- name: lock_shot_subject
select e.project_id, s.status, null, 'published', e.created_by, 0, null
from entity e
join shot s on s.id = e.id
where e.id = $1
-- postgres:
for no key update

-- name: lock_task_subject
select e.project_id, t.status, y.code, 'published', e.created_by, t.retakes, t.closed_at
from entity e
join task t on t.id = e.id
join task_type y on y.id = t.task_type_id
where e.id = $1
-- postgres:
for no key update of e, t

-- name: lock_version_subject
select e.project_id, v.status, null, v.state, v.author_id, 0, null
from entity e
join version v on v.id = e.id
where e.id = $1
-- postgres:
for no key update

-- Every state of the workflow that applies, with the move to it from a given state where there is one.
-- name: list_moves_from
with applied(id) as (
    select w.id
    from workflow w
    where w.entity_kind = $1 and (w.project_id = $2 or w.project_id is null)
      and (w.asset_type = $3 or w.asset_type is null) and (w.task_type = $5 or w.task_type is null)
    order by w.project_id is null, w.asset_type is null and w.task_type is null, w.id
    limit 1
)
select s.code, s.name, t.name, t.permission, s.category, s.is_retake, t.guards, t.effects
from applied
join workflow_state s on s.workflow_id = applied.id
left join workflow_transition t on t.workflow_id = applied.id and t.from_state = $4 and t.to_state = s.code
order by t.sort_order, s.sort_order

-- name: set_asset_status
update asset
set status = $2
where id = $1

-- Where it came from is where an omitted shot goes back to.
-- name: set_shot_status
update shot
set status_before = status, status = $2
where id = $1

-- name: set_task_status
update task
set status = $2, retakes = retakes + $3, closed_at = $4
where id = $1

-- name: set_version_status
update version
set status = $2
where id = $1

-- For guards: what is set on an entity.

-- name: asset_values
select e.metadata, nullif(a.description, ''), nullif(a.tags, '[]'), cast(a.thumbnail_file_id as text)
from asset a
join entity e on e.id = a.id
where a.id = $1

-- name: shot_values
select e.metadata, nullif(s.description, ''), cast(s.cut_in as text), cast(s.cut_out as text), cast(s.thumbnail_file_id as text)
from shot s
join entity e on e.id = s.id
where s.id = $1

-- name: version_values
select e.metadata, nullif(v.comment, ''), cast(v.frame_first as text)
from version v
join entity e on e.id = v.id
where v.id = $1

-- name: task_values
select e.metadata, nullif(t.description, ''), t.start_date, t.due_date, cast(t.bid_minutes as text), nullif(t.assignees, '[]')
from task t
join entity e on e.id = t.id
where t.id = $1

-- name: is_assignee
select 1
from task_assignee
where task_id = $1 and user_id = $2

-- name: find_task_owner
select entity_id
from task
where id = $1

-- What an entity's tasks are of, and whether they are closed.
-- name: list_task_states
select y.code, t.closed_at
from task t
join entity e on e.id = t.id
join task_type y on y.id = t.task_type_id
where t.entity_id = $1 and e.archived_at is null

-- name: list_open_dependencies
select o.name
from task_dependency d
join task o on o.id = d.depends_on_id
join entity e on e.id = o.id
where d.task_id = $1 and d.kind in ('finish_start', 'finish_finish') and o.closed_at is null and e.archived_at is null
order by o.name

-- name: list_published_kinds
select distinct p.kind
from product p
join version v on v.product_id = p.id
where p.owner_id = $1 and v.state = 'published'

-- name: list_unpublished_dependencies
select e.code
from dependency d
join product p on p.id = d.target_product_id
join entity e on e.id = p.id
where d.version_id = $1 and not d.is_optional
  and not exists (select 1 from version v where v.product_id = p.id and v.state = 'published'
                  and (d.target_version_id is null or v.id = d.target_version_id))

-- Open tasks in a state that wait for this one and for nothing else that is open. Locked in the order of their ids.
-- name: lock_free_dependents
select t.id, y.code
from task t
join entity e on e.id = t.id
join task_type y on y.id = t.task_type_id
where t.status = $2 and e.archived_at is null
  and t.id in (select d.task_id from task_dependency d where d.depends_on_id = $1)
  and not exists (select 1 from task_dependency d join task o on o.id = d.depends_on_id
                  where d.task_id = t.id and d.kind in ('finish_start', 'finish_finish') and o.closed_at is null)
order by t.id
-- postgres:
for no key update of t, e

-- name: list_assignee_ids
select user_id from task_assignee where task_id = $1

-- name: find_creator
select created_by from entity where id = $1

-- Saving workflows. How many entities are in which state, by what decides which workflow holds for them.

-- name: count_asset_states
select project_id, type, status, count(*) from asset group by project_id, type, status

-- name: count_shot_states
select project_id, null, status, count(*) from shot group by project_id, status

-- name: count_version_states
select project_id, null, status, count(*) from version group by project_id, status

-- name: count_task_states
select t.project_id, y.code, t.status, count(*)
from task t
join task_type y on y.id = t.task_type_id
group by t.project_id, y.code, t.status

-- name: lock_assets_in_state
select a.id
from asset a
where a.project_id = $1 and a.type = $2 and a.status = $3
order by a.id
-- postgres:
for no key update

-- name: lock_shots_in_state
select s.id
from shot s
where s.project_id = $1 and cast($2 as text) is null and s.status = $3
order by s.id
-- postgres:
for no key update

-- name: lock_versions_in_state
select v.id
from version v
where v.project_id = $1 and cast($2 as text) is null and v.status = $3
order by v.id
-- postgres:
for no key update

-- name: lock_tasks_in_state
select t.id
from task t
join task_type y on y.id = t.task_type_id
where t.project_id = $1 and y.code = $2 and t.status = $3
order by t.id
-- postgres:
for no key update of t

-- name: list_workflows_of_kind
select id, project_id, code, name, entity_kind, asset_type, task_type, initial_state, revision
from workflow
where entity_kind = $1
order by id

-- name: insert_workflow
insert into workflow (id, project_id, code, name, entity_kind, asset_type, task_type, initial_state, revision)
values ($1, $2, $3, $4, $5, $6, $7, $8, 1)

-- name: update_workflow
update workflow
set code = $2, name = $3, initial_state = $4, revision = $5
where id = $1

-- name: delete_workflow
delete from workflow
where id = $1

-- name: delete_moves
delete from workflow_transition
where workflow_id = $1

-- name: delete_states
delete from workflow_state
where workflow_id = $1

-- name: insert_state
insert into workflow_state (workflow_id, code, name, colour, category, sort_order, is_retake)
values ($1, $2, $3, $4, $5, $6, $7)

-- name: insert_move
insert into workflow_transition (workflow_id, from_state, to_state, name, permission, sort_order, guards, effects)
values ($1, $2, $3, $4, $5, $6, $7, $8)

-- name: find_user_of_code
select id from user_account where code = $1 and is_active
