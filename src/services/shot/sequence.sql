-- Sequences. The columns come in the order of Sequence.

-- name: find_sequence
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       e.project_id, q.episode_id, ee.code, e.code, e.label, q.name, q.description, q.sort_order
from sequence q
join entity e on e.id = q.id
left join entity ee on ee.id = q.episode_id
where q.id = $1

-- name: lock_sequence
-- sqlite:
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       e.project_id, q.episode_id, ee.code, e.code, e.label, q.name, q.description, q.sort_order
from sequence q
join entity e on e.id = q.id
left join entity ee on ee.id = q.episode_id
where q.id = $1
-- postgres:
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       e.project_id, q.episode_id, ee.code, e.code, e.label, q.name, q.description, q.sort_order
from sequence q
join entity e on e.id = q.id
left join entity ee on ee.id = q.episode_id
where q.id = $1
for no key update of q, e

-- name: last_sequence_order
select coalesce(max(sort_order), 0)
from sequence
where project_id = $1

-- name: insert_sequence
insert into sequence (id, project_id, episode_id, name, name_key, description, sort_order)
values ($1, $2, $3, $4, $5, $6, $7)

-- name: update_sequence
update sequence
set name = $2, name_key = $3, description = $4, sort_order = $5, episode_id = $6
where id = $1
