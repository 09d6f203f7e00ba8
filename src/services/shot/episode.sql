-- Episodes. The columns come in the order of Episode.

-- name: find_episode
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       e.project_id, e.code, e.label, p.name, p.description, p.sort_order
from episode p
join entity e on e.id = p.id
where p.id = $1

-- name: lock_episode
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       e.project_id, e.code, e.label, p.name, p.description, p.sort_order
from episode p
join entity e on e.id = p.id
where p.id = $1
-- postgres:
for no key update

-- name: last_episode_order
select coalesce(max(sort_order), 0)
from episode
where project_id = $1

-- name: insert_episode
insert into episode (id, project_id, name, name_key, description, sort_order)
values ($1, $2, $3, $4, $5, $6)

-- name: update_episode
update episode
set name = $2, name_key = $3, description = $4, sort_order = $5
where id = $1

-- Casting has a row to lock from the beginning.
-- name: insert_casting_list
insert into casting_list (owner_id, revision)
values ($1, 1)
