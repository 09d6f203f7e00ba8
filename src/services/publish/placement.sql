-- Published versions as files at paths.

-- name: find_published
select v.number from version v where v.id = $1 and v.state = 'published'

-- name: list_placed_files
select f.path, f.sha256, f.size, o.key
from file f
join object o on o.sha256 = f.sha256
where f.version_id = $1
order by f.path
