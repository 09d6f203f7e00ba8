-- One row a membership, at least one.
-- name: find_session_actor
select s.id, u.id, u.code, u.site_role, s.expires_at, s.last_used_at, m.project_id, m.role
from session s
join user_account u on u.id = s.user_id
left join membership m on m.user_id = u.id
where s.token_hash = $1 and u.is_active

-- name: find_token_actor
select t.id, u.id, u.code, u.site_role, coalesce(t.expires_at, 9223372036854775807), coalesce(t.last_used_at, 0),
       m.project_id, m.role, t.scopes
from api_token t
join user_account u on u.id = t.user_id
left join membership m on m.user_id = u.id
where t.token_hash = $1 and u.is_active and t.revoked_at is null

-- name: find_csrf_hash
select csrf_hash
from session
where token_hash = $1

-- name: note_session_use
update session
set last_used_at = $2
where id = $1

-- name: note_token_use
update api_token
set last_used_at = $2
where id = $1
