-- One row a membership, at least one.
-- name: find_user_actor
select u.code, u.site_role, m.project_id, m.role
from user_account u
left join membership m on m.user_id = u.id
where u.id = $1 and u.is_active
