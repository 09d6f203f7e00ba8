-- Bulk changes. Rows are locked in the order of their ids, so that two bulks never wait for each other.

-- name: lock_assets
select e.id, e.revision, e.metadata, a.status, a.type, a.name, a.description, a.tags, a.is_assembly,
       e.archived_at
from asset a
join entity e on e.id = a.id
where a.project_id = $1 and a.id in (
-- sqlite:
select value from json_each($2)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($2 as jsonb))
-- both:
)
order by e.id
-- postgres:
for no key update

-- name: lock_versions
select e.id, e.revision, e.metadata, v.status, v.comment, v.state, v.author_id, e.archived_at
from version v
join entity e on e.id = v.id
where v.project_id = $1 and v.id in (
-- sqlite:
select value from json_each($2)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($2 as jsonb))
-- both:
)
order by e.id
-- postgres:
for no key update

-- name: lock_tasks
select e.id, e.revision, e.metadata, t.status, y.code, t.retakes, t.closed_at, e.archived_at
from task t
join entity e on e.id = t.id
join task_type y on y.id = t.task_type_id
where t.project_id = $1 and t.id in (
-- sqlite:
select value from json_each($2)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($2 as jsonb))
-- both:
)
order by e.id
-- postgres:
for no key update of t, e

-- name: lock_shots
select e.id, e.revision, e.metadata, s.status, null, e.archived_at
from shot s
join entity e on e.id = s.id
where s.project_id = $1 and s.id in (
-- sqlite:
select value from json_each($2)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($2 as jsonb))
-- both:
)
order by e.id
-- postgres:
for no key update

-- One statement for all that make the same move.
-- name: raise_revisions
update entity
set revision = revision + 1, updated_at = $2, updated_by = $3
where id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)

-- name: set_asset_statuses
update asset
set status = $2
where id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)

-- name: set_shot_statuses
update shot
set status_before = status, status = $2
where id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)

-- name: set_version_statuses
update version
set status = $2
where id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)

-- name: set_task_statuses
update task
set status = $2, retakes = retakes + $3,
    closed_at = case when cast($4 as bigint) is null then null else coalesce(closed_at, cast($4 as bigint)) end
where id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)

-- name: raise_revision
update entity
set revision = revision + 1, updated_at = $2, updated_by = $3
where id = $1

-- name: change_metadata
update entity
set metadata = $4, revision = revision + 1, updated_at = $2, updated_by = $3
where id = $1

-- name: change_asset
update asset
set name = $2, name_key = $3, type = $4, description = $5, tags = $6, is_assembly = $7
where id = $1

-- name: delete_asset_tags
delete from entity_tag
where entity_id = $1

-- name: insert_asset_tag
insert into entity_tag (entity_id, tag)
values ($1, $2)

-- name: list_filled_assemblies
select distinct assembly_id
from component
where assembly_id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)

-- name: change_comment
update version
set comment = $2
where id = $1

-- name: set_metadata
update entity
set metadata = $2
where id = $1
