-- Time logs. The columns come in the order of TimeLog. A person's day is decided about under the lock of their row.

-- name: list_time_logs
select id, task_id, project_id, user_id, date, minutes, comment, created_at, updated_at, revision
from time_log
where task_id = $1
order by date desc, id desc

-- name: list_my_time_logs
select l.id, l.task_id, l.project_id, l.user_id, l.date, l.minutes, l.comment, l.created_at, l.updated_at, l.revision
from time_log l
where l.user_id = $1 and l.date between $2 and $3
order by l.date, l.id

-- name: lock_time_log
select id, task_id, project_id, user_id, date, minutes, comment, created_at, updated_at, revision
from time_log
where id = $1
-- postgres:
for update

-- name: insert_time_log
insert into time_log (id, task_id, project_id, user_id, date, minutes, comment, created_at, updated_at, revision)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

-- name: update_time_log
update time_log
set date = $2, minutes = $3, comment = $4, updated_at = $5, revision = $6
where id = $1

-- name: delete_time_log
delete from time_log
where id = $1

-- name: add_logged_minutes
update task
set logged_minutes = logged_minutes + $2
where id = $1

-- name: lock_person
select id from user_account where id = $1
-- postgres:
for no key update

-- name: sum_of_day
select cast(coalesce(sum(minutes), 0) as bigint)
from time_log
where user_id = $1 and date = $2 and id <> $3
