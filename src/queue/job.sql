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
-- sqlite:
select id, project_id, kind, payload, state, priority, attempts, max_attempts, progress, error, result, parent_id,
       created_at, created_by, run_at, started_at, finished_at, cancel_requested
from job
where id = $1
-- postgres:
select id, project_id, kind, payload, state, priority, attempts, max_attempts, progress, error, result, parent_id,
       created_at, created_by, run_at, started_at, finished_at, cancel_requested
from job
where id = $1
for update

-- Jobs whose worker is gone and whose attempts are used up. $1: now, $2: the sentence.
-- name: bury_abandoned_jobs
update job
set state = 'dead', error = $2, finished_at = $1, lease_expires_at = null, worker = null, fence = fence + 1
where state = 'running' and lease_expires_at < $1 and attempts >= max_attempts

-- Jobs whose worker is gone: due again. They keep their place in the order.
-- name: reclaim_abandoned_jobs
update job
set state = 'failed', error = $2, run_at = $1, lease_expires_at = null, worker = null, fence = fence + 1
where state = 'running' and lease_expires_at < $1 and attempts < max_attempts

-- $1: now, $2: kind, $3: worker, $4: end of the lease, $5: how many.
-- name: claim_jobs
-- sqlite:
update job
set state = 'running', attempts = attempts + 1, started_at = $1, finished_at = null, worker = $3, lease_expires_at = $4,
    fence = fence + 1, progress = 0
where id in (
    select id from job
    where state in ('queued', 'failed') and run_at <= $1 and kind = $2
    order by priority desc, run_at, id
    limit $5
)
returning id, project_id, kind, payload, state, priority, attempts, max_attempts, progress, error, result, parent_id,
          created_at, created_by, run_at, started_at, finished_at, cancel_requested, fence
-- postgres:
update job
set state = 'running', attempts = attempts + 1, started_at = $1, finished_at = null, worker = $3, lease_expires_at = $4,
    fence = fence + 1, progress = 0
where id in (
    select id from job
    where state in ('queued', 'failed') and run_at <= $1 and kind = $2
    order by priority desc, run_at, id
    limit $5
    for update skip locked
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

-- $3: the next state, $5: when it is due again.
-- name: fail_job
update job
set state = $3, error = $4, run_at = $5, finished_at = $6, lease_expires_at = null, worker = null
where id = $1 and fence = $2 and state = 'running'

-- name: release_job
update job
set state = 'queued', attempts = attempts - 1, lease_expires_at = null, worker = null, started_at = null, progress = 0
where id = $1 and fence = $2 and state = 'running'

-- name: retry_job
update job
set state = 'queued', attempts = 0, error = null, run_at = $2, finished_at = null, cancel_requested = $3, progress = 0
where id = $1

-- name: cancel_queued_job
update job
set state = 'cancelled', cancel_requested = $3, finished_at = $2
where id = $1

-- name: request_cancel
update job
set cancel_requested = $2
where id = $1

-- name: queue_depths
select kind, state, count(*), min(run_at)
from job
where state in ('queued', 'running', 'failed', 'dead')
group by kind, state
order by kind, state

-- name: delete_old_jobs
delete from job
where id in (
    select id from job
    where state in ('done', 'cancelled') and finished_at < $1
      and not exists (select 1 from job child where child.parent_id = job.id)
    order by created_at, id
    limit $2
)
