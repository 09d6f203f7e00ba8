-- name: find_credentials
select id, coalesce(password_hash, '')
from user_account
where (code = $1 or email = $1) and is_active

-- name: note_sign_in
update user_account
set last_sign_in_at = $2
where id = $1 and is_active

-- name: insert_session
insert into session (id, user_id, token_hash, csrf_hash, user_agent, created_at, last_used_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $6, $7)

-- name: delete_session
delete from session
where id = $1

-- name: delete_expired_sessions
delete from session
where user_id = $1 and expires_at < $2

-- name: use_link
update sign_in_link
set used_at = $2
where token_hash = $1 and used_at is null and expires_at > $2

-- name: find_link_user
select user_id
from sign_in_link
where token_hash = $1

-- name: set_password
update user_account
set password_hash = $2
where id = $1 and is_active

-- name: find_password
select coalesce(password_hash, '')
from user_account
where id = $1 and is_active

-- name: replace_password
update user_account
set password_hash = $3
where id = $1 and password_hash = $2 and is_active

-- name: count_active_users
select count(*)
from (select user_id from session where last_used_at >= $1
      union
      select user_id from api_token where last_used_at >= $1) active
