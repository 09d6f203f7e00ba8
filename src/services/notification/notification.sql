-- Notifications and rules.

-- name: insert_notification
insert into notification (id, user_id, project_id, reason, entity_kind, entity_id, comment_id, actor_id, change_set, position,
                          summary, created_at, read_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, null)
on conflict do nothing

-- Whether somebody can see a project, and what they don't want to be told.
-- name: may_be_told
select 1
from user_account u
left join membership m on m.user_id = u.id and m.project_id = $2
where u.id = $1 and u.is_active
  and (u.site_role in ('owner', 'admin') or (m.role is not null and m.role <> 'client'))
  and not exists (select 1 from notification_rule r where r.user_id = u.id and r.reason = $3 and not r.is_wanted)
  and (cast($2 as text) is null or exists (select 1 from project p where p.id = $2))

-- name: find_comment
select c.entity_id, e.kind, c.reply_to_id, c.text, c.removed_at
from comment c
join entity e on e.id = c.entity_id
where c.id = $1

-- Who has written in a thread.
-- name: list_thread_authors
select distinct author_id
from comment
where (id = $1 or reply_to_id = $1) and author_id is not null and removed_at is null

-- name: list_assignees
select user_id
from task_assignee
where task_id = $1

-- name: mark_all_read
update notification
set read_at = $2
where user_id = $1 and read_at is null

-- name: mark_all_unread
update notification
set read_at = null
where user_id = $1 and read_at is not null

-- name: mark_read
update notification
set read_at = $3
where user_id = $1 and id = $2

-- name: list_rules
select reason, is_wanted
from notification_rule
where user_id = $1

-- name: put_rule
insert into notification_rule (user_id, reason, is_wanted)
values ($1, $2, $3)
on conflict (user_id, reason) do update
set is_wanted = excluded.is_wanted
