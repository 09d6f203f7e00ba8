-- Who may do what, and what of it nobody uses: for `bifrost doctor --access`. Each gives who it is about and a detail.

-- name: audit_administrators
select code, site_role from user_account where is_active and site_role in ('owner', 'admin') order by code

-- name: audit_idle_users
select u.code, u.site_role
from user_account u
where u.is_active and coalesce(u.last_sign_in_at, u.created_at) < $1
  and not exists (select 1 from session s where s.user_id = u.id and s.last_used_at >= $1)
  and not exists (select 1 from api_token t where t.user_id = u.id and t.last_used_at >= $1)
order by u.code

-- name: audit_members_that_left
select u.code, e.code
from membership m join user_account u on u.id = m.user_id join entity e on e.id = m.project_id
where not u.is_active
order by u.code, e.code

-- name: audit_tokens_of_those_that_left
select u.code, t.name
from api_token t join user_account u on u.id = t.user_id
where not u.is_active and t.revoked_at is null
order by u.code, t.name

-- name: audit_lasting_tokens
select u.code, t.name
from api_token t join user_account u on u.id = t.user_id
where u.is_active and t.revoked_at is null and t.expires_at is null
order by u.code, t.name

-- name: audit_unused_tokens
select u.code, t.name
from api_token t join user_account u on u.id = t.user_id
where u.is_active and t.revoked_at is null and (t.expires_at is null or t.expires_at > $2)
  and coalesce(t.last_used_at, t.created_at) < $1
order by u.code, t.name

-- What may do everything that an administrator may.
-- name: audit_whole_tokens
select u.code, t.name
from api_token t join user_account u on u.id = t.user_id
where u.is_active and u.site_role in ('owner', 'admin') and t.revoked_at is null
  and (t.expires_at is null or t.expires_at > $1) and cast(t.scopes as text) like '%"all"%'
order by u.code, t.name

-- name: audit_open_links
select u.code, u.site_role
from sign_in_link l join user_account u on u.id = l.user_id
where l.used_at is null and l.expires_at > $1
order by u.code

-- Projects whose members can't manage anybody: only administrators can.
-- name: audit_unled_projects
select e.code, p.name
from project p join entity e on e.id = p.id
where e.archived_at is null
  and not exists (select 1 from membership m join user_account u on u.id = m.user_id
                  where m.project_id = p.id and u.is_active and m.role in ('supervisor', 'producer'))
order by e.code
