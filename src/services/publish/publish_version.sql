-- Publishing.

-- The files of a version whose bytes are not complete, those that failed first.
-- name: list_incomplete_files
select u.state, f.path, u.error
from file f
join upload u on u.id = f.upload_id
where f.version_id = $1 and u.state <> 'complete'
order by case u.state when 'failed' then 0 when 'open' then 1 else 2 end, f.path_key
limit 1

-- name: settle_files
update file
set sha256 = upload.sha256, upload_id = null
from upload
where file.version_id = $1 and upload.id = file.upload_id

-- name: count_unsettled_files
select count(*) from file where version_id = $1 and sha256 is null

-- name: mark_published
update version
set state = 'published', number = $2, published_at = $3, frame_first = $4, frame_last = $5, frame_step = $6,
    preview_state = $7
where id = $1

-- The first thumbnail, or else preview, of a version of an asset is the asset's picture.
-- name: set_thumbnail
update asset
set thumbnail_file_id = (select f.id
                         from file f
                         where f.version_id = $2 and f.role in ('thumbnail', 'preview') and f.media_type like 'image/%'
                         order by case f.role when 'thumbnail' then 0 else 1 end, f.path_key
                         limit 1)
where id = $1
  and exists (select 1
              from file f
              where f.version_id = $2 and f.role in ('thumbnail', 'preview') and f.media_type like 'image/%')

-- name: set_shot_thumbnail
update shot
set thumbnail_file_id = (select f.id
                         from file f
                         where f.version_id = $2 and f.role in ('thumbnail', 'preview') and f.media_type like 'image/%'
                         order by case f.role when 'thumbnail' then 0 else 1 end, f.path_key
                         limit 1)
where id = $1
  and exists (select 1
              from file f
              where f.version_id = $2 and f.role in ('thumbnail', 'preview') and f.media_type like 'image/%')

-- name: list_framed_files
select f.representation_id, f.path, f.frame
from file f
where f.version_id = $1 and f.frame is not null and f.role = 'main'
order by f.representation_id, f.frame, f.path_key

-- name: set_pattern
update representation
set pattern = coalesce(pattern, $2), frames = coalesce(frames, $3)
where id = $1

-- name: find_publish_job
select id from job where unique_key = $1 and state in ('queued', 'running', 'failed')

-- name: list_pending_uploads
select distinct u.id, case when j.state = 'running' and j.lease_expires_at > $2 then 1 else 0 end
from version v
join file f on f.version_id = v.id
join upload u on u.id = f.upload_id
left join job j on j.id = u.job_id
where v.id = $1 and v.state = 'verifying' and u.state = 'verifying'
