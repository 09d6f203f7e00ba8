-- Locks in memory, because every change of a state takes one; SQLite has one writer anyway.

-- name: share_workflows
-- sqlite:
select 1
-- postgres:
select pg_advisory_xact_lock_shared(1651075954, 1)

-- name: hold_workflows
-- sqlite:
select 1
-- postgres:
select pg_advisory_xact_lock(1651075954, 1)
