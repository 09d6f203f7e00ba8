-- Shots. The columns come in the order of Shot.

-- name: find_shot
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       e.project_id, s.sequence_id, q.episode_id, qe.code, ee.code, e.code, e.label, s.name, s.description, s.status,
       s.cut_in, s.cut_out, s.head_in, s.tail_out, s.handles, s.fps, s.retime,
       '/api/v1/files/' || cast(s.thumbnail_file_id as text) || '/download', s.sort_order
from shot s
join entity e on e.id = s.id
join sequence q on q.id = s.sequence_id
join entity qe on qe.id = s.sequence_id
left join entity ee on ee.id = q.episode_id
where s.id = $1

-- name: lock_shot
-- sqlite:
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       e.project_id, s.sequence_id, q.episode_id, qe.code, ee.code, e.code, e.label, s.name, s.description, s.status,
       s.cut_in, s.cut_out, s.head_in, s.tail_out, s.handles, s.fps, s.retime,
       '/api/v1/files/' || cast(s.thumbnail_file_id as text) || '/download', s.sort_order
from shot s
join entity e on e.id = s.id
join sequence q on q.id = s.sequence_id
join entity qe on qe.id = s.sequence_id
left join entity ee on ee.id = q.episode_id
where s.id = $1
-- postgres:
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       e.project_id, s.sequence_id, q.episode_id, qe.code, ee.code, e.code, e.label, s.name, s.description, s.status,
       s.cut_in, s.cut_out, s.head_in, s.tail_out, s.handles, s.fps, s.retime,
       '/api/v1/files/' || cast(s.thumbnail_file_id as text) || '/download', s.sort_order
from shot s
join entity e on e.id = s.id
join sequence q on q.id = s.sequence_id
join entity qe on qe.id = s.sequence_id
left join entity ee on ee.id = q.episode_id
where s.id = $1
for no key update of s, e

-- The shots of these sequences ($1: a JSON list of ids), archived ones too, as they stand in the film. Locked.
-- name: lock_shots_of
-- sqlite:
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       e.project_id, s.sequence_id, q.episode_id, qe.code, ee.code, e.code, e.label, s.name, s.description, s.status,
       s.cut_in, s.cut_out, s.head_in, s.tail_out, s.handles, s.fps, s.retime,
       '/api/v1/files/' || cast(s.thumbnail_file_id as text) || '/download', s.sort_order
from shot s
join entity e on e.id = s.id
join sequence q on q.id = s.sequence_id
join entity qe on qe.id = s.sequence_id
left join entity ee on ee.id = q.episode_id
where s.sequence_id in (select value from json_each($1))
order by s.sequence_id, s.sort_order, e.code
-- postgres:
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       e.project_id, s.sequence_id, q.episode_id, qe.code, ee.code, e.code, e.label, s.name, s.description, s.status,
       s.cut_in, s.cut_out, s.head_in, s.tail_out, s.handles, s.fps, s.retime,
       '/api/v1/files/' || cast(s.thumbnail_file_id as text) || '/download', s.sort_order
from shot s
join entity e on e.id = s.id
join sequence q on q.id = s.sequence_id
join entity qe on qe.id = s.sequence_id
left join entity ee on ee.id = q.episode_id
where s.sequence_id in (select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb)))
order by s.sequence_id, s.sort_order, e.code
for no key update of s, e

-- name: list_shots_of
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       e.project_id, s.sequence_id, q.episode_id, qe.code, ee.code, e.code, e.label, s.name, s.description, s.status,
       s.cut_in, s.cut_out, s.head_in, s.tail_out, s.handles, s.fps, s.retime,
       '/api/v1/files/' || cast(s.thumbnail_file_id as text) || '/download', s.sort_order
from shot s
join entity e on e.id = s.id
join sequence q on q.id = s.sequence_id
join entity qe on qe.id = s.sequence_id
left join entity ee on ee.id = q.episode_id
where s.sequence_id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)
order by s.sequence_id, s.sort_order, e.code

-- name: last_shot_order
select coalesce(max(sort_order), 0)
from shot
where sequence_id = $1

-- The state that shots of a project begin in: the project's own workflow goes before the site's.
-- name: find_initial_status
select w.initial_state
from workflow w
where w.entity_kind = 'shot' and (w.project_id = $1 or w.project_id is null)
order by w.project_id is null, w.id
limit 1

-- name: insert_entity
insert into entity (id, kind, project_id, parent_id, code, label, archived_at, created_at, created_by, updated_at,
                    updated_by, revision, metadata)
values ($1, 'shot', $2, $3, $4, $5, null, $6, $7, $6, $7, 1, $8)

-- name: insert_shot
insert into shot (id, project_id, sequence_id, name, name_key, description, status, status_before, cut_in, cut_out, head_in,
                  tail_out, handles, fps, retime, thumbnail_file_id, sort_order)
values ($1, $2, $3, $4, $5, $6, $7, null, $8, $9, $10, $11, $12, $13, $14, null, $15)

-- name: update_shot
update shot
set sequence_id = $2, name = $3, name_key = $4, description = $5, cut_in = $6, cut_out = $7, head_in = $8, tail_out = $9,
    handles = $10, fps = $11, retime = $12, sort_order = $13
where id = $1

-- name: set_code
update entity
set code = $2
where id = $1
