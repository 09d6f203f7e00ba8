-- What the job that makes previews reads and writes.

-- name: find_preview_version
select v.state, p.fps, v.project_id
from version v
join project p on p.id = v.project_id
where v.id = $1

-- name: list_preview_files
select f.id, f.path, f.role, f.frame, f.sha256, r.id, r.is_primary, o.key
from file f
join representation r on r.id = f.representation_id
join object o on o.sha256 = f.sha256
where f.version_id = $1 and o.state = 'stored'
order by f.path_key

-- Those of these hashes ($1: a JSON list) that were looked at.
-- name: list_known_previews
select hash, recipe, state, error
from preview
where hash in (
-- sqlite:
select value from json_each($1)
-- postgres:
select jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)

-- name: list_output_keys
select o.key from preview_output o where o.hash = $1

-- name: delete_outputs
delete from preview_output where hash = $1

-- name: upsert_preview
insert into preview (hash, recipe, state, kind, error, manifest, made_at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (hash) do update
set recipe = excluded.recipe, state = excluded.state, kind = excluded.kind, error = excluded.error,
    manifest = excluded.manifest, made_at = excluded.made_at

-- name: insert_output
insert into preview_output (hash, name, width, height, media_type, size, key)
values ($1, $2, $3, $4, $5, $6, $7)

-- The pictures that showed an older recipe's follow at once.
-- name: lock_preview
-- sqlite:
select recipe from preview where hash = $1
-- postgres:
select recipe from preview where hash = $1 for update

-- name: move_version_pictures
update version set picture = $2 where picture = $1

-- name: move_asset_pictures
update asset set picture = $2 where picture = $1

-- name: delete_sequences
delete from preview_sequence where version_id = $1

-- name: insert_sequence
insert into preview_sequence (version_id, hash, file_id, pattern, frames) values ($1, $2, $3, $4, $5)
on conflict (version_id, hash) do nothing

-- $3: a JSON list of the frames' ids.
-- name: set_sequence
update file set sequence_hash = $2
where version_id = $1 and id in (
-- sqlite:
select value from json_each($3)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($3 as jsonb))
-- both:
)

-- name: set_version_picture
update version set picture = $2, preview_state = $3, preview_error = $4 where id = $1

-- name: await_pictures
update version set preview_state = 'pending', preview_error = null where id = $1

-- An asset's picture is that of its version that was published last.
-- name: set_asset_picture
update asset
set picture = (select v.picture
               from version v
               join product p on p.id = v.product_id
               join entity e on e.id = v.id
               where p.owner_id = asset.id and v.state = 'published' and v.picture is not null
                 and e.archived_at is null
               order by v.published_at desc, v.id desc
               limit 1)
where id = (select p.owner_id from version v join product p on p.id = v.product_id where v.id = $1)

-- name: list_published_after
select v.id, v.project_id
from version v
where v.state = 'published' and v.file_count > 0 and v.id > $1
order by v.id
limit 500

-- Of bytes that nothing refers to any more.
-- name: list_unused_previews
select p.hash
from preview p
where p.made_at < $1
  and not exists (select 1 from file f where f.sha256 = p.hash)
  and not exists (select 1 from preview_sequence s where s.hash = p.hash)
order by p.hash
limit 100

-- name: delete_unused_preview
delete from preview
where hash = $1
  and not exists (select 1 from file f where f.sha256 = preview.hash)
  and not exists (select 1 from preview_sequence s where s.hash = preview.hash)
