-- Assets. The columns come in the order of Asset.

-- name: find_asset
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       e.project_id, e.code, e.label, a.name, a.type, a.status, a.description, a.tags,
       coalesce('/api/v1/media/' || a.picture || '/thumbnail',
                '/api/v1/files/' || cast(a.thumbnail_file_id as text) || '/download'), a.is_assembly
from asset a
join entity e on e.id = a.id
where a.id = $1

-- name: lock_asset
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       e.project_id, e.code, e.label, a.name, a.type, a.status, a.description, a.tags,
       coalesce('/api/v1/media/' || a.picture || '/thumbnail',
                '/api/v1/files/' || cast(a.thumbnail_file_id as text) || '/download'), a.is_assembly
from asset a
join entity e on e.id = a.id
where a.id = $1
-- postgres:
for no key update

-- No row when the project is archived or none. The workflow that applies is the project's own before the site's, one for
-- the type before one for all.
-- name: insert_asset
insert into asset (id, project_id, name, name_key, type, status, description, tags, thumbnail_file_id, is_assembly,
                   components_revision)
select $1, e.id, $3, $4, $5,
       coalesce((select w.initial_state
                 from workflow w
                 where w.entity_kind = 'asset' and (w.project_id = $2 or w.project_id is null)
                   and (w.asset_type = $5 or w.asset_type is null)
                 order by w.project_id is null, w.asset_type is null, w.id
                 limit 1), 'concept'),
       $6, $7, null, $8, 1
from entity e
where e.id = $2 and e.kind = 'project' and e.archived_at is null
returning status

-- name: update_asset
update asset
set name = $2, name_key = $3, type = $4, description = $5, tags = $6, is_assembly = $7
where id = $1

-- name: insert_tag
insert into entity_tag (entity_id, tag)
values ($1, $2)

-- name: delete_tags
delete from entity_tag
where entity_id = $1

-- name: find_asset_type
select code, name, is_assembly
from asset_type
where project_id = $1 and code = $2

-- name: list_asset_types
select code, name, is_assembly
from asset_type
where project_id = $1
order by code

-- name: insert_asset_type
insert into asset_type (project_id, code, name, is_assembly)
values ($1, $2, $3, $4)

-- name: count_components
select count(*)
from component
where assembly_id = $1
