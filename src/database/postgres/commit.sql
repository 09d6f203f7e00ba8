-- How a transaction begins and ends, and how its outcome is found when the reply to COMMIT is lost (write_tx.hpp).

-- name: begin_write
-- postgres:
begin isolation level read committed read write

-- name: begin_snapshot
-- postgres:
begin isolation level repeatable read read only

-- name: commit
-- postgres:
commit

-- name: rollback
-- postgres:
rollback

-- name: insert_commit_marker
-- postgres:
insert into commit_marker (id, is_lost) values ($1, false)

-- name: claim_commit_marker
-- postgres:
insert into commit_marker (id, is_lost) values ($1, true) on conflict (id) do nothing

-- name: get_commit_marker
-- postgres:
select is_lost from commit_marker where id = $1

-- name: delete_old_commit_markers
-- postgres:
delete from commit_marker
where id in (select id from commit_marker where id < $1 order by id limit 1000 for update skip locked)

-- name: end_idle_transaction
-- postgres:
select pg_terminate_backend(pid) from pg_stat_activity
where pid = $1 and state like 'idle in transaction%' and usename = current_user
