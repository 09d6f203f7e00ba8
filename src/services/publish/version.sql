-- Versions. The columns come in the order of read_version.

-- name: find_version
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       v.product_id, v.project_id, v.number, v.state, v.status, v.comment, v.author_id, v.frame_first, v.frame_last,
       v.frame_step, v.source, v.published_at, v.error, v.file_count, v.total_size,
       '/api/v1/media/' || v.picture || '/thumbnail', v.preview_state, v.preview_error
from version v
join entity e on e.id = v.id
where v.id = $1

-- name: list_versions_by_id
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       v.product_id, v.project_id, v.number, v.state, v.status, v.comment, v.author_id, v.frame_first, v.frame_last,
       v.frame_step, v.source, v.published_at, v.error, v.file_count, v.total_size,
       '/api/v1/media/' || v.picture || '/thumbnail', v.preview_state, v.preview_error
from version v
join entity e on e.id = v.id
where v.id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)

-- Everything that decides about a version happens under this lock.
-- name: lock_version
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       v.product_id, v.project_id, v.number, v.state, v.status, v.comment, v.author_id, v.frame_first, v.frame_last,
       v.frame_step, v.source, v.published_at, v.error, v.file_count, v.total_size,
       '/api/v1/media/' || v.picture || '/thumbnail', v.preview_state, v.preview_error,
       exists (select 1 from dependency d where d.version_id = v.id)
from version v
join entity e on e.id = v.id
where v.id = $1
-- postgres:
for update

-- What a new version needs to know: the project, whether anything above is archived, and the first state of the workflow
-- that applies (the project's own before the site's).
-- name: find_version_product
select p.project_id,
       case when e.archived_at is not null then 'product'
            when o.archived_at is not null then o.kind
            when r.archived_at is not null then 'project' end,
       coalesce((select w.initial_state
                 from workflow w
                 where w.entity_kind = 'version' and w.asset_type is null
                   and (w.project_id = p.project_id or w.project_id is null)
                 order by w.project_id is null, w.id
                 limit 1), 'pending')
from product p
join entity e on e.id = p.id
join entity o on o.id = p.owner_id
join entity r on r.id = p.project_id
where p.id = $1

-- The versions of a product are numbered under this lock.
-- name: lock_product
select p.last_number, p.owner_id, (select o.kind from entity o where o.id = p.owner_id)
from product p
where p.id = $1
-- postgres:
for update

-- name: find_number
select 1 from version where product_id = $1 and number = $2

-- name: raise_last_number
update product set last_number = $2 where id = $1 and last_number < $2

-- name: insert_version
insert into version (id, product_id, project_id, number, state, status, comment, author_id, frame_first, frame_last,
                     frame_step, source, file_count, total_size)
values ($1, $2, $3, $4, 'draft', $5, $6, $7, $8, $9, $10, $11, $12, $13)

-- name: update_version
update version
set comment = $2, frame_first = $3, frame_last = $4, frame_step = $5, source = $6
where id = $1

-- name: list_representations
select r.id, r.name, r.format, r.is_primary, r.pattern, r.frames, r.colour_space, r.version_id
from representation r
where r.version_id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)
order by r.version_id, r.is_primary desc, r.name

-- name: insert_representation
insert into representation (id, version_id, name, format, is_primary, pattern, frames, colour_space)
values ($1, $2, $3, $4, $5, $6, $7, $8)

-- name: set_version_state
update version set state = $2, error = $3 where id = $1
