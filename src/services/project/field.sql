-- Field definitions. The columns come in the order of Field.

-- name: find_field
select f.id, f.project_id, f.entity_kind, f.key, f.name, f.description, f.type, f.choices, f.default_value, f.is_required,
       f.is_inherited, f.visible_to, f.editable_by, f.sort_order, f.created_at, f.created_by, f.updated_at, f.updated_by,
       f.revision, f.archived_at
from field_definition f
where f.id = $1

-- name: lock_field
-- sqlite:
select f.id, f.project_id, f.entity_kind, f.key, f.name, f.description, f.type, f.choices, f.default_value, f.is_required,
       f.is_inherited, f.visible_to, f.editable_by, f.sort_order, f.created_at, f.created_by, f.updated_at, f.updated_by,
       f.revision, f.archived_at
from field_definition f
where f.id = $1
-- postgres:
select f.id, f.project_id, f.entity_kind, f.key, f.name, f.description, f.type, f.choices, f.default_value, f.is_required,
       f.is_inherited, f.visible_to, f.editable_by, f.sort_order, f.created_at, f.created_by, f.updated_at, f.updated_by,
       f.revision, f.archived_at
from field_definition f
where f.id = $1
for no key update

-- The project's own come first.
-- name: list_fields
select f.id, f.project_id, f.entity_kind, f.key, f.name, f.description, f.type, f.choices, f.default_value, f.is_required,
       f.is_inherited, f.visible_to, f.editable_by, f.sort_order, f.created_at, f.created_by, f.updated_at, f.updated_by,
       f.revision, f.archived_at
from field_definition f
where f.project_id = $1 or f.project_id is null
order by f.project_id is null, f.sort_order, f.key

-- name: list_restricted_fields
select f.id, f.project_id, f.entity_kind, f.key, f.name, f.description, f.type, f.choices, f.default_value, f.is_required,
       f.is_inherited, f.visible_to, f.editable_by, f.sort_order, f.created_at, f.created_by, f.updated_at, f.updated_by,
       f.revision, f.archived_at
from field_definition f
where f.visible_to <> '[]'

-- name: insert_field
insert into field_definition (id, project_id, entity_kind, key, name, description, type, choices, default_value,
                              is_required, is_inherited, visible_to, editable_by, sort_order, created_at, created_by,
                              updated_at, updated_by, revision, archived_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $15, $16, 1, null)

-- name: update_field
update field_definition
set name = $2, description = $3, choices = $4, default_value = $5, is_required = $6, is_inherited = $7, visible_to = $8,
    editable_by = $9, sort_order = $10, updated_at = $11, updated_by = $12, revision = $13, archived_at = $14
where id = $1

-- What an entity lies under, itself first.
-- name: list_above
with recursive above(id, parent_id, depth) as (
    select e.id, e.parent_id, 0 from entity e where e.id = $1
    union all
    select p.id, p.parent_id, a.depth + 1 from entity p join above a on p.id = a.parent_id where a.depth < 8
)
select e.id, e.kind, e.metadata
from above a
join entity e on e.id = a.id
order by a.depth
