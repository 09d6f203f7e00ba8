-- Workflows. Which one applies: the project's own before the site's, one for the asset's type before one for all.

-- name: find_workflow
select id, project_id, code, name, entity_kind, asset_type, initial_state
from workflow
where id = $1

-- name: list_states
select workflow_id, code, name, colour, category
from workflow_state
order by workflow_id, sort_order, code

-- name: list_moves
select workflow_id, from_state, to_state, name, permission
from workflow_transition
order by workflow_id, sort_order, from_state, to_state

-- name: find_asset_subject
select e.project_id, a.status, a.type, 'published', e.created_by
from entity e
join asset a on a.id = e.id
where e.id = $1

-- name: find_shot_subject
select e.project_id, s.status, null, 'published', e.created_by
from entity e
join shot s on s.id = e.id
where e.id = $1

-- name: find_version_subject
select e.project_id, v.status, null, v.state, v.author_id
from entity e
join version v on v.id = e.id
where e.id = $1

-- name: lock_asset_subject
select e.project_id, a.status, a.type, 'published', e.created_by
from entity e
join asset a on a.id = e.id
where e.id = $1
-- postgres:
for no key update

-- name: lock_shot_subject
select e.project_id, s.status, null, 'published', e.created_by
from entity e
join shot s on s.id = e.id
where e.id = $1
-- postgres:
for no key update

-- name: lock_version_subject
select e.project_id, v.status, null, v.state, v.author_id
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
      and (w.asset_type = $3 or w.asset_type is null)
    order by w.project_id is null, w.asset_type is null, w.id
    limit 1
)
select s.code, s.name, t.name, t.permission
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

-- name: set_version_status
update version
set status = $2
where id = $1
