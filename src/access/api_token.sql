-- name: list_api_tokens
select id, user_id, name, hint, scopes, created_at, created_by, expires_at, last_used_at, revoked_at
from api_token
where revoked_at is null
order by created_at, id

-- name: list_api_tokens_of_user
select id, user_id, name, hint, scopes, created_at, created_by, expires_at, last_used_at, revoked_at
from api_token
where user_id = $1 and revoked_at is null
order by created_at, id

-- name: find_api_token
select id, user_id, name, hint, scopes, created_at, created_by, expires_at, last_used_at, revoked_at
from api_token
where id = $1

-- name: insert_api_token
insert into api_token (id, user_id, name, token_hash, hint, scopes, created_at, created_by, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: revoke_api_token
update api_token
set revoked_at = $2
where id = $1
