-- name: find_project_by_code
select id
from entity
where kind = 'project' and code = $1

-- name: find_project_by_id
select id
from entity
where kind = 'project' and id = $1
