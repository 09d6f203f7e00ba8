-- Cuts. The columns come in the order of Cut and CutItem.

-- name: find_cut
select c.id, c.project_id, c.owner_id, e.kind, c.number, c.name, c.rate, c.start_frame, c.drop_frame, c.format,
       c.source_name, c.is_current, c.created_at, c.created_by
from cut c
join entity e on e.id = c.owner_id
where c.id = $1

-- name: list_cuts
select c.id, c.project_id, c.owner_id, e.kind, c.number, c.name, c.rate, c.start_frame, c.drop_frame, c.format,
       c.source_name, c.is_current, c.created_at, c.created_by
from cut c
join entity e on e.id = c.owner_id
where c.project_id = $1
order by c.created_at desc, c.id desc
limit 1000

-- name: list_cut_items
select id, shot_id, shot_code, track, source_in, source_out, record_in, record_out, reel, clip_name, media_reference,
       speed, transition_in, transition_out
from cut_item
where cut_id = $1
order by sort_order

-- name: find_current_cut
select id
from cut
where owner_id = $1 and is_current

-- Who numbers cuts holds the owner's row.
-- name: lock_owner
select id
from entity
where id = $1
-- postgres:
for no key update

-- name: last_cut_number
select coalesce(max(number), 0)
from cut
where owner_id = $1

-- name: retire_cuts
update cut
set is_current = $2
where owner_id = $1 and is_current

-- name: insert_cut
insert into cut (id, owner_id, project_id, number, name, rate, start_frame, drop_frame, format, source_name, naming,
                 is_current, created_at, created_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', $11, $12, $13)

-- name: insert_cut_item
insert into cut_item (id, cut_id, shot_id, shot_code, sort_order, track, source_in, source_out, record_in, record_out,
                      reel, clip_name, media_reference, speed, transition_in, transition_out, metadata)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '{}')

-- What an edit is applied again from: each item with its shot as it is called now.
-- name: list_named_items
select i.clip_name, i.reel, i.media_reference, i.track, i.source_in, i.source_out, i.record_in, i.record_out, i.speed,
       i.transition_in, i.transition_out, ee.code, qe.code, se.code, i.shot_code
from cut_item i
left join shot s on s.id = i.shot_id
left join entity se on se.id = s.id
left join sequence q on q.id = s.sequence_id
left join entity qe on qe.id = q.id
left join entity ee on ee.id = q.episode_id
where i.cut_id = $1
order by i.sort_order

-- name: find_status_before
select status_before
from shot
where id = $1

-- name: find_child_of_kind
select id, kind
from entity
where parent_id = $1 and code = $2

-- name: find_sequence_of
select q.id
from sequence q
join entity qe on qe.id = q.id
left join entity ee on ee.id = q.episode_id
where q.project_id = $1 and qe.code = $2 and coalesce(ee.code, '') = coalesce(cast($3 as text), '')

-- name: set_code
update entity
set code = $2
where id = $1
