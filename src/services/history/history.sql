-- Reading change sets, and putting states back.

-- name: find_event
select change_set, project_id
from event
where epoch = $1 and txid = $2 and number = $3

-- Newest first.
-- name: list_change_set
select epoch, txid, number, at, change_set, actor_id, action, project_id, entity_kind, entity_id, patch, request_id
from event
where change_set = $1
order by epoch desc, txid desc, number desc
limit 20001

-- name: list_children
select id, kind
from entity
where parent_id = $1 and archived_at is null

-- name: put_back_asset_status
update asset set status = $2 where id = $1

-- name: put_back_shot_status
update shot set status = $2 where id = $1

-- name: put_back_version_status
update version set status = $2 where id = $1

-- name: put_back_task_status
update task set status = $2, retakes = $3, closed_at = $4 where id = $1
