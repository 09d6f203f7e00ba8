-- name: set_parent
update entity
set parent_id = $2
where id = $1
