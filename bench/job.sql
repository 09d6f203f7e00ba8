-- The three transactions of a job, as src/queue/job.sql has them: enqueue, claim, finish.
\set number random(1, 1000000000000000)
begin;
insert into job (id, project_id, kind, payload, state, priority, attempts, max_attempts, progress, parent_id, created_at, created_by, run_at, cancel_requested, unique_key, fence)
values (cast(lpad(to_hex(cast(:number as bigint)), 32, '0') as uuid), null, 'bench', '{"upload_id":"01970000-0000-7000-8000-000000000000","size":1048576}', 'queued', 0, 0, 5, 0, null, cast(:number as bigint), null, 1, false, null, 0);
commit;
begin;
update job set state = 'running', attempts = attempts + 1, started_at = 1, finished_at = null, worker = 'pgbench', lease_expires_at = 9000000000000000, fence = fence + 1, progress = 0
where id in (select id from job where state in ('queued', 'failed') and run_at <= 1 and kind = any(array['bench']) order by priority desc, run_at, id limit 1 for update skip locked)
returning id, fence \gset claimed_
commit;
begin;
update job set state = 'done', progress = 1, result = '{"state":"complete"}', error = null, finished_at = 2, lease_expires_at = null
where id = cast(:claimed_id as uuid) and fence = :claimed_fence and state = 'running';
commit;
