-- The entity table. Common columns come in the order of EntityFields.

-- name: insert_entity
insert into entity (id, kind, project_id, parent_id, code, label, archived_at, created_at, created_by, updated_at,
                    updated_by, revision, metadata)
values ($1, $2, $3, $4, $5, $6, null, $7, $8, $7, $8, 1, $9)

-- name: find_entity
select id, created_at, created_by, updated_at, updated_by, revision, metadata, archived_at, kind, project_id, parent_id,
       code, label
from entity
where id = $1

-- name: lock_entity
-- sqlite:
select id, created_at, created_by, updated_at, updated_by, revision, metadata, archived_at, kind, project_id, parent_id,
       code, label
from entity
where id = $1
-- postgres:
select id, created_at, created_by, updated_at, updated_by, revision, metadata, archived_at, kind, project_id, parent_id,
       code, label
from entity
where id = $1
for no key update

-- name: update_entity
update entity
set code = $2, label = $3, metadata = $4, archived_at = $5, updated_at = $6, updated_by = $7, revision = $8
where id = $1

-- Everything below an entity, itself included, children first.
-- name: entity_subtree
with recursive below(id, depth) as (
    select id, 0 from entity where id = $1
    union all
    select entity.id, below.depth + 1
    from entity
    join below on entity.parent_id = below.id
)
select id from below order by depth desc, id desc

-- name: delete_entity
delete from entity where id = $1
