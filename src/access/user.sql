-- name: find_user
select id, code, email, name, site_role, is_active, last_sign_in_at, created_at, created_by, updated_at, updated_by, revision
from user_account
where id = $1

-- name: find_user_by_code
select id, code, email, name, site_role, is_active, last_sign_in_at, created_at, created_by, updated_at, updated_by, revision
from user_account
where code = $1

-- name: insert_user
insert into user_account (id, code, email, name, site_role, is_active, created_at, created_by, updated_at, updated_by, revision)
values ($1, $2, $3, $4, $5, $6, $7, $8, $7, $8, 1)

-- name: update_user
update user_account
set code = $2, email = $3, name = $4, site_role = $5, is_active = $6, updated_at = $7, updated_by = $8, revision = $9
where id = $1 and revision = $10

-- name: count_owners
select count(*)
from user_account
where site_role = 'owner' and is_active

-- name: lock_owners
-- sqlite:
select id from user_account where site_role = 'owner'
-- postgres:
select id from user_account where site_role = 'owner' for update

-- name: delete_sessions_of_user
delete from session
where user_id = $1

-- name: revoke_tokens_of_user
update api_token
set revoked_at = $2
where user_id = $1 and revoked_at is null

-- name: insert_sign_in_link
insert into sign_in_link (token_hash, user_id, expires_at)
values ($1, $2, $3)
