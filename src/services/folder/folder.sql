-- Templates, studio mappings, and the entities that paths are made of.

-- name: list_templates
select id, created_at, created_by, updated_at, updated_by, revision, metadata, archived_at, project_id, data_type,
       entity_kind, root, pattern, children
from folder_template
where project_id = $1 and archived_at is null

-- name: find_template
select id, created_at, created_by, updated_at, updated_by, revision, metadata, archived_at, project_id, data_type,
       entity_kind, root, pattern, children
from folder_template
where id = $1

-- name: insert_template
insert into folder_template (id, project_id, data_type, entity_kind, root, pattern, children, archived_at, created_at,
                             created_by, updated_at, updated_by, revision, metadata)
values ($1, $2, $3, $4, $5, $6, $7, null, $8, $9, $8, $9, 1, $10)

-- name: update_template
update folder_template
set root = $2, pattern = $3, children = $4, metadata = $5, archived_at = $6, updated_at = $7, updated_by = $8,
    revision = $9
where id = $1

-- Templates are checked against each other: whoever changes one holds the project's row until the transaction ends.
-- name: lock_project
-- sqlite:
select id from entity where id = $1
-- postgres:
select id from entity where id = $1 for no key update

-- name: list_mappings
select id, created_at, created_by, updated_at, updated_by, revision, metadata, archived_at, project_id, code, label, name,
       roots, templates
from studio_mapping
where project_id = $1
order by code

-- name: find_mapping
select id, created_at, created_by, updated_at, updated_by, revision, metadata, archived_at, project_id, code, label, name,
       roots, templates
from studio_mapping
where id = $1

-- name: insert_mapping
insert into studio_mapping (id, project_id, code, label, name, roots, templates, archived_at, created_at, created_by,
                            updated_at, updated_by, revision, metadata)
values ($1, $2, $3, $4, $5, $6, $7, null, $8, $9, $8, $9, 1, $10)

-- name: update_mapping
update studio_mapping
set label = $2, name = $3, roots = $4, templates = $5, metadata = $6, archived_at = $7, updated_at = $8, updated_by = $9,
    revision = $10
where id = $1

-- The ids as a JSON list.
-- name: list_entities_by_id
select e.id, e.kind, e.project_id, e.parent_id, e.code, e.label, e.archived_at, a.type, v.number, v.state, v.author_id
-- sqlite:
from json_each($1) wanted
join entity e on e.id = wanted.value
-- postgres:
from jsonb_array_elements_text(cast($1 as jsonb)) wanted(value)
join entity e on e.id = cast(wanted.value as uuid)
-- both:
left join asset a on a.id = e.id
left join version v on v.id = e.id

-- [["<parent>", "<code>"], …]
-- name: list_children_by_code
select e.id, e.kind, e.project_id, e.parent_id, e.code, e.label, e.archived_at, a.type, v.number, v.state, v.author_id
-- sqlite:
from json_each($1) wanted
join entity e on e.parent_id = wanted.value ->> 0 and e.code = wanted.value ->> 1
-- postgres:
from jsonb_array_elements(cast($1 as jsonb)) wanted(value)
join entity e on e.parent_id = cast(wanted.value ->> 0 as uuid) and e.code = wanted.value ->> 1
-- both:
left join asset a on a.id = e.id
left join version v on v.id = e.id

-- [["<product>", number], …]
-- name: list_versions_by_number
select e.id, e.kind, e.project_id, e.parent_id, e.code, e.label, e.archived_at, cast(null as text), v.number, v.state,
       v.author_id
-- sqlite:
from json_each($1) wanted
join version v on v.product_id = wanted.value ->> 0 and v.number = wanted.value ->> 1
-- postgres:
from jsonb_array_elements(cast($1 as jsonb)) wanted(value)
join version v on v.product_id = cast(wanted.value ->> 0 as uuid) and v.number = cast(wanted.value ->> 1 as bigint)
-- both:
join entity e on e.id = v.id

-- name: list_representations
select r.version_id, r.name, r.is_primary, r.pattern, r.frames
-- sqlite:
from json_each($1) wanted
join representation r on r.version_id = wanted.value
-- postgres:
from jsonb_array_elements_text(cast($1 as jsonb)) wanted(value)
join representation r on r.version_id = cast(wanted.value as uuid)
-- both:

-- [["<version>", "<path key>"], …]
-- name: list_files_by_path
select f.version_id, f.path, f.id, f.role, r.name
-- sqlite:
from json_each($1) wanted
join file f on f.version_id = wanted.value ->> 0 and f.path_key = wanted.value ->> 1
-- postgres:
from jsonb_array_elements(cast($1 as jsonb)) wanted(value)
join file f on f.version_id = cast(wanted.value ->> 0 as uuid) and f.path_key = wanted.value ->> 1
-- both:
join representation r on r.id = f.representation_id

-- The entities of one kind in pages by id, archived ones left out.
-- name: list_ids_of_kind
select e.id
from entity e
where e.project_id = $1 and e.kind = $2 and e.id > $3 and e.archived_at is null
order by e.id
limit $4

-- The published versions in pages by id, with whose they are.
-- name: list_version_ids
select v.id, p.owner_id
from version v
join product p on p.id = v.product_id
join entity o on o.id = p.owner_id
where v.project_id = $1 and v.state = 'published' and v.id > $2 and o.kind = $3
order by v.id
limit $4

-- name: list_children
select e.id, e.kind, e.code, e.label
from entity e
where e.parent_id = $1 and e.archived_at is null and e.kind in ('episode', 'sequence', 'shot', 'asset', 'product')
  and e.code > $2
order by e.code
limit $3
