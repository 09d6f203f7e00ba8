\set n random(1, :tasks)
begin;
update entity set updated_at = 1, updated_by = :actor, revision = revision + 1 where id = (select id from bench_task where n = :n);
update task set status = 'in_progress', retakes = retakes + 0, closed_at = null where id = (select id from bench_task where n = :n);
insert into event (epoch, txid, number, at, change_set, actor_id, action, project_id, entity_kind, entity_id, patch, request_id) select 1, cast(cast(pg_current_xact_id() as text) as bigint), 0, 1, gen_random_uuid(), :actor, 'task.transitioned', :project, 'task', id, '{"after":{"status":"in_progress"},"before":{"status":"todo"}}', 'request' from bench_task where n = :n;
commit;
