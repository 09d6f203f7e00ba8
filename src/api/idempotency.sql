-- name: find_answer
select request_hash, coalesce(status, 0), coalesce(headers, '{}'), coalesce(body, '')
from idempotency
where actor_id = $1 and route = $2 and key = $3 and created_at > $4

-- name: delete_expired_answer
delete from idempotency
where actor_id = $1 and route = $2 and key = $3 and created_at <= $4

-- name: insert_answer
insert into idempotency (actor_id, route, key, request_hash, status, headers, body, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
