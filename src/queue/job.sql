-- Jobs. The columns come in the order of Job; claims add the fence.

-- name: insert_job
insert into job (id, project_id, kind, payload, state, priority, attempts, max_attempts, progress, parent_id, created_at,
                 created_by, run_at, cancel_requested, unique_key, fence)
values ($1, $2, $3, $4, 'queued', $5, 0, $6, 0, $7, $8, $9, $10, $11, $12, 0)
on conflict do nothing

-- name: find_waiting_job
select id
from job
where unique_key = $1 and state in ('queued', 'running', 'failed')

-- name: find_job
select id, project_id, kind, payload, state, priority, attempts, max_attempts, progress, error, result, parent_id,
       created_at, created_by, run_at, started_at, finished_at, cancel_requested
from job
where id = $1

-- name: lock_job
select id, project_id, kind, payload, state, priority, attempts, max_attempts, progress, error, result, parent_id,
       created_at, created_by, run_at, started_at, finished_at, cancel_requested
from job
where id = $1
-- postgres:
for update

-- name: find_lost_lease
select 1 from job where state = 'running' and lease_expires_at <= $1 limit 1

-- Jobs whose worker is gone: due again in their old place, or ended when they were to be cancelled or have no attempt
-- left. Rows that somebody works on at this moment are left alone. $1: now, $2: the sentence.
-- name: end_lost_leases
update job
set state = case when cancel_requested then 'cancelled' when attempts >= max_attempts then 'dead' else 'failed' end,
    error = $2, finished_at = case when cancel_requested or attempts >= max_attempts then $1 end,
    lease_expires_at = null, worker = null, fence = fence + 1
where id in (
    select id from job
    where state = 'running' and lease_expires_at <= $1
-- postgres:
    for update skip locked
-- both:
)
returning state, parent_id

-- A claim need not outlive the server that it was made on: lost, it leaves the job due, and fences are times, so that
-- none is given twice. What it saves is the wait for the disk before a job begins.
-- name: commit_at_once
-- sqlite:
select 1
-- postgres:
select set_config('synchronous_commit', 'off', true)

-- $1: now, $2: kinds as a JSON array, $3: worker, $4: end of the lease, $5: how many.
-- name: claim_jobs
update job
set state = 'running', attempts = attempts + 1, started_at = $1, finished_at = null, worker = $3, lease_expires_at = $4,
    fence = case when fence < $1 then $1 else fence + 1 end, progress = 0
where id in (
    select id from job
    where state in ('queued', 'failed') and run_at <= $1
-- sqlite:
      and kind in (select value from json_each($2))
-- postgres:
      and kind = any(array(select jsonb_array_elements_text(cast($2 as jsonb))))
-- both:
    order by priority desc, run_at, id
    limit $5
-- postgres:
    for update skip locked
-- both:
)
returning id, project_id, kind, payload, state, priority, attempts, max_attempts, progress, error, result, parent_id,
          created_at, created_by, run_at, started_at, finished_at, cancel_requested, fence

-- name: extend_lease
update job
set lease_expires_at = $3, progress = $4
where id = $1 and fence = $2 and state = 'running'
returning cancel_requested

-- name: finish_job
update job
set state = 'done', progress = 1, result = $3, error = null, finished_at = $4, lease_expires_at = null
where id = $1 and fence = $2 and state = 'running'

-- $3: the next state unless it is to be cancelled, $4: the sentence, $5: when it is due again, $6: now.
-- name: fail_job
update job
set state = case when cancel_requested then 'cancelled' else cast($3 as text) end, error = $4, run_at = $5,
    finished_at = case when cancel_requested or cast($3 as text) = 'dead' then cast($6 as bigint) end, lease_expires_at = null,
    worker = null
where id = $1 and fence = $2 and state = 'running'
returning state

-- Put aside until its children have ended: due at $3, which never comes. It costs no attempt.
-- name: pause_job
update job
set state = case when cancel_requested then 'cancelled' else 'queued' end,
    finished_at = case when cancel_requested then cast($4 as bigint) end, attempts = attempts - 1, lease_expires_at = null,
    worker = null, started_at = null, run_at = $3
where id = $1 and fence = $2 and state = 'running'
returning parent_id, state

-- Its last child has ended: due now. $2: now, $3: the time that never comes. The row is locked by the caller.
-- name: wake_parent
update job
set run_at = $2
where id = $1 and state = 'queued' and run_at = $3
  and not exists (select 1 from job child where child.parent_id = $1 and child.state in ('queued', 'running', 'failed'))

-- $3: now.
-- name: release_job
update job
set state = case when cancel_requested then 'cancelled' else 'queued' end,
    finished_at = case when cancel_requested then cast($3 as bigint) end, attempts = attempts - 1, lease_expires_at = null,
    worker = null, started_at = null, progress = 0
where id = $1 and fence = $2 and state = 'running'
returning state

-- name: retry_job
update job
set state = 'queued', attempts = 0, error = null, result = null, run_at = $2, started_at = null, finished_at = null,
    cancel_requested = $3, progress = 0
where id = $1

-- name: cancel_queued_job
update job
set state = 'cancelled', cancel_requested = $3, finished_at = $2
where id = $1

-- name: request_cancel
update job
set cancel_requested = $2
where id = $1

-- name: count_children
select state, count(*) from job where parent_id = $1 group by state order by state

-- In three parts, so that each reads its partial index and none the jobs that are done.
-- name: queue_depths
select kind, state, count(*), min(run_at) from job where state in ('queued', 'failed') group by kind, state
union all
select kind, state, count(*), min(run_at) from job where state = 'running' group by kind, state
union all
select kind, state, count(*), min(run_at) from job where state = 'dead' group by kind, state
order by 1, 2

-- name: delete_old_jobs
delete from job
where id in (
    select id from job
    where state in ('done', 'cancelled') and finished_at < $1
      and not exists (select 1 from job child where child.parent_id = job.id)
    order by created_at, id
    limit $2
)
