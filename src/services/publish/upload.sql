-- Uploads. The columns come in the order of UploadRow.

-- name: find_upload
select id, project_id, name, size, sha256, media_type, state, part_size, error, job_id, created_at, created_by,
       expires_at, store_key, store_upload
from upload
where id = $1

-- name: find_uploads
select id, project_id, name, size, sha256, media_type, state, part_size, error, job_id, created_at, created_by,
       expires_at, store_key, store_upload
from upload
where id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)

-- name: lock_uploads
select id, project_id, name, size, sha256, media_type, state, part_size, error, job_id, created_at, created_by,
       expires_at, store_key, store_upload
from upload
where id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)
order by id
-- postgres:
for update

-- name: insert_upload
insert into upload (id, project_id, created_by, name, size, sha256, media_type, state, part_size, store_key,
                    store_upload, created_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)

-- name: settle_upload
update upload set state = $2, sha256 = $3, error = $4, job_id = $5 where id = $1

-- Nothing changes when somebody else has settled it meanwhile.
-- name: fail_verification
update upload set state = 'failed', error = $2 where id = $1 and state = 'verifying'

-- name: delete_upload
delete from upload where id = $1

-- name: upload_has_files
select 1 from file where upload_id = $1 limit 1

-- name: find_object_key
select key from object where sha256 = $1

-- name: find_stored_size
select size from object where sha256 = $1 and state = 'stored'

-- name: find_upload_project
select archived_at from entity where id = $1 and kind = 'project'
