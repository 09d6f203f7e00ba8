\set number random(1, 1000000000000000)
begin;
insert into entity (id, kind, project_id, parent_id, code, label, archived_at, created_at, created_by, updated_at, updated_by, revision, metadata) values (cast(lpad(to_hex(cast(:number as bigint)), 32, '0') as uuid), 'asset', :project, :project, 'p' || cast(:number as bigint), 'p', null, 1, :actor, 1, :actor, 1, '{}');
insert into asset (id, project_id, name, name_key, type, status, description, tags, thumbnail_file_id, is_assembly, components_revision) values (cast(lpad(to_hex(cast(:number as bigint)), 32, '0') as uuid), :project, 'Written', 'written', 'prop', 'concept', '', '[]', null, false, 1);
insert into event (epoch, txid, number, at, change_set, actor_id, action, project_id, entity_kind, entity_id, patch, request_id) select 1, cast(cast(pg_current_xact_id() as text) as bigint), 0, 1, gen_random_uuid(), :actor, 'asset.created', :project, 'asset', cast(lpad(to_hex(cast(:number as bigint)), 32, '0') as uuid), '{"after":{"code":"w","name":"Written","type":"prop"},"before":{}}', 'request';
commit;
