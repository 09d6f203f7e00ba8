-- Collecting. Whatever is removed is checked again under a lock by the statement that decides.

-- name: list_abandoned_drafts
select v.id
from version v
join entity e on e.id = v.id
where v.state in ('draft', 'verifying', 'failed') and e.updated_at < $1
order by v.id
limit 100

-- name: find_abandoned_draft
select e.updated_at
from version v
join entity e on e.id = v.id
where v.id = $1 and v.state in ('draft', 'verifying', 'failed') and e.updated_at < $2

-- name: delete_draft
delete from entity where id = $1

-- name: list_expired_uploads
select u.id, u.project_id, u.name, u.size, u.sha256, u.media_type, u.state, u.part_size, u.error, u.job_id, u.created_at,
       u.created_by, u.expires_at, u.store_key, u.store_upload
from upload u
where u.expires_at < $1 and not exists (select 1 from file f where f.upload_id = u.id)
order by u.id
limit 100

-- Out of use: nothing can make an object of its bytes from here on.
-- name: retire_upload
update upload
set state = case when state = 'complete' then state else 'failed' end,
    error = case when state in ('open', 'verifying') then 'It was not completed in time.' else error end
where id = $1 and expires_at < $2 and not exists (select 1 from file f where f.upload_id = upload.id)

-- name: delete_retired_upload
delete from upload where id = $1 and not exists (select 1 from file f where f.upload_id = upload.id)

-- name: find_object_of_key
select key from object where sha256 = $1

-- name: list_retired_locations
select sha256, key from object_location where state = 'removing' and backend = $1 limit 500

-- name: delete_location
delete from object_location where sha256 = $1 and backend = $2 and key = $3 and state = 'removing'

-- The end of the next window of objects to look at.
-- name: find_window_end
select max(w.sha256) from (select sha256 from object where sha256 > $1 order by sha256 limit 5000) w

-- name: mark_unreferenced
update object
set unreferenced_at = $3
where sha256 > $1 and sha256 <= $2 and unreferenced_at is null
  and not exists (select 1 from file f where f.sha256 = object.sha256)
  and not exists (select 1 from upload u where u.sha256 = object.sha256 and u.state = 'complete')

-- name: unmark_referenced
update object
set unreferenced_at = null
where sha256 > $1 and sha256 <= $2 and unreferenced_at is not null and state <> 'removing'
  and (exists (select 1 from file f where f.sha256 = object.sha256)
       or exists (select 1 from upload u where u.sha256 = object.sha256 and u.state = 'complete'))

-- Those whose grace period is over, and those whose removal was broken off.
-- name: list_removable_objects
select sha256, size
from object
where sha256 > $3 and backend = $1 and (state = 'removing' or unreferenced_at < $2)
order by sha256
limit 100

-- name: count_references
select (select count(*) from (select 1 from file f where f.sha256 = $1 limit 1) a)
     + (select count(*) from (select 1 from upload u where u.sha256 = $1 and u.state = 'complete' limit 1) b)

-- Held while objects are condemned, so that a backup that begins knows that it is seen.
-- name: share_collection
-- sqlite:
select name from lock_row where name = 'collection'
-- postgres:
select name from lock_row where name = 'collection' for share

-- Whether a backup may need an object: one that runs needs all there are, a kept one those that were in use when it
-- began. $1: since when nothing refers to it, $2: now.
-- name: count_backups
select count(*) from backup where keeps_until > $2 and (finished_at is null or began_at <= $1)

-- name: find_unreferenced_since
select unreferenced_at from object where sha256 = $1

-- name: set_removing
update object set state = 'removing' where sha256 = $1

-- name: list_keys
select key from object_location where sha256 = $1 and backend = $2
union
select key from object where sha256 = $1 and backend = $2

-- name: delete_removed_object
delete from object where sha256 = $1 and state = 'removing'

-- name: list_known_uploads
select id, state
from upload
where id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)

-- Those of these keys where bytes of an object lie.
-- name: list_object_keys
-- sqlite:
select key from object_location where key in (select value from json_each($1))
-- postgres:
select key from object_location where key in (select jsonb_array_elements_text(cast($1 as jsonb)))
