-- name: find_child
select id, kind
from entity
where parent_id = $1 and code = $2
