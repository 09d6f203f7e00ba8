-- Published versions as files at paths.

-- name: find_published
select v.project_id from version v where v.id = $1 and v.state = 'published'

-- name: list_placed_files
select f.path, f.sha256, f.size, o.key, r.name
from file f
join object o on o.sha256 = f.sha256
join representation r on r.id = f.representation_id
where f.version_id = $1
order by f.path
