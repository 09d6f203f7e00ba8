-- Files. The columns come in the order of File.

-- name: find_file
select f.id, f.version_id, r.name, f.path, f.role, f.frame, f.size, f.sha256, f.media_type,
       '/api/v1/files/' || cast(f.id as text) || '/download',
       coalesce(p.state, case v.preview_state when 'pending' then 'pending' else 'none' end),
       case when p.state = 'ready' then '/api/v1/media/' || p.hash || '/' || cast(p.recipe as text) || '/thumbnail' end, v.project_id, v.state, v.author_id, o.key, o.state
from file f
join version v on v.id = f.version_id
join representation r on r.id = f.representation_id
left join object o on o.sha256 = f.sha256
left join preview p on p.hash = coalesce(f.sequence_hash, f.sha256)
where f.id = $1

-- name: insert_file
insert into file (id, version_id, representation_id, role, path, path_key, frame, size, sha256, media_type, upload_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)

-- A file of the version in whose way new ones would be: with the path of one ($2: keys), or of a folder of one ($3), or
-- below one.
-- name: find_path_clash
-- sqlite:
select f.path from file f where f.version_id = $1 and f.path_key in (select value from json_each($2))
union all
select f.path from file f where f.version_id = $1 and f.path_key in (select value from json_each($3))
union all
select f.path
from json_each($2) k
join file f on f.version_id = $1 and f.path_key > k.value || '/' and f.path_key < k.value || '0'
limit 1
-- postgres:
select f.path
from file f
where f.version_id = $1 and f.path_key in (select jsonb_array_elements_text(cast($2 as jsonb)))
union all
select f.path
from file f
where f.version_id = $1 and f.path_key in (select jsonb_array_elements_text(cast($3 as jsonb)))
union all
select f.path
from jsonb_array_elements_text(cast($2 as jsonb)) k(value)
join file f on f.version_id = $1 and f.path_key > (k.value || '/') collate "C"
           and f.path_key < (k.value || '0') collate "C"
limit 1

-- name: extend_version
update version set file_count = file_count + $2, total_size = total_size + $3 where id = $1
