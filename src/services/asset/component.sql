-- Components of assemblies. The columns come in the order of Component.

-- name: find_assembly
select a.project_id, a.is_assembly, a.components_revision, e.code, e.archived_at
from asset a
join entity e on e.id = a.id
where a.id = $1

-- name: lock_assembly
select a.project_id, a.is_assembly, a.components_revision, e.code, e.archived_at
from asset a
join entity e on e.id = a.id
where a.id = $1
-- postgres:
for no key update

-- name: lock_component_graph
select name from lock_row where name = 'component_graph'
-- postgres:
for no key update

-- name: list_components
select id, asset_id, name, transform, overrides, pins, count
from component
where assembly_id = $1
order by sort_order, id

-- name: list_component_assets
select e.id, e.project_id, p.kind, e.code, e.archived_at
from asset a
join entity e on e.id = a.id
join project p on p.id = e.project_id
where a.id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)

-- name: delete_components
delete from component
where assembly_id = $1

-- name: insert_component
insert into component (id, assembly_id, asset_id, name, transform, overrides, pins, count, sort_order)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: set_components_revision
update asset
set components_revision = $2
where id = $1

-- Whether an assembly is reached from what it contains.
-- name: contains_itself
with recursive inside(id) as (
    select asset_id from component where assembly_id = $1
    union
    select c.asset_id
    from component c
    join inside on c.assembly_id = inside.id
)
select 1 from inside where id = $1

-- name: list_contained
select distinct assembly_id, asset_id
from component
where assembly_id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)
