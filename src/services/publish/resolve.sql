-- Resolving.

-- name: find_project_settings
select settings from project where id = $1

-- name: list_components_of
select c.id, c.assembly_id, c.asset_id, c.name, c.transform, c.overrides, c.pins, c.count
from component c
where c.assembly_id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)
order by c.assembly_id, c.sort_order, c.id

-- name: list_assets_by_id
select a.id, a.project_id, e.code, a.name
from asset a
join entity e on e.id = a.id
where a.id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)

-- The products of these owners with the version that each policy means. Approved is what stands in a `done` state of the
-- workflow that applies to it.
-- name: list_products_with_versions
select p.owner_id, p.id, e.code, p.kind,
       (select v.id
        from version v
        join entity ve on ve.id = v.id
        where v.product_id = p.id and v.state = 'published' and ve.archived_at is null
        order by v.number desc
        limit 1),
       (select v.id
        from version v
        join entity ve on ve.id = v.id
        join workflow_state s on s.code = v.status and s.category = 'done'
        where v.product_id = p.id and v.state = 'published' and ve.archived_at is null
          and s.workflow_id = (select w.id
                               from workflow w
                               where w.entity_kind = 'version' and w.asset_type is null
                                 and (w.project_id = p.project_id or w.project_id is null)
                               order by w.project_id is null, w.id
                               limit 1)
        order by v.number desc
        limit 1),
       p.project_id
from product p
join entity e on e.id = p.id
where e.archived_at is null and p.owner_id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)
order by p.owner_id, e.code

-- name: list_files_of_versions
select f.version_id, f.representation_id, f.id, f.path, f.role, f.frame, f.size, f.sha256
from file f
where f.version_id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)
order by f.version_id, f.path_key
limit $2

-- name: list_versions_before
select v.product_id, v.id
from version v
join entity e on e.id = v.id
where v.state = 'published' and v.published_at <= $2 and (e.archived_at is null or e.archived_at > $2)
  and v.product_id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)
order by v.product_id, v.number desc

-- name: list_moves_before
select entity_id, patch
from event
where action = 'version.transitioned' and at <= $2 and entity_id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)
order by epoch, txid, number

-- name: list_done_states
select s.code
from workflow_state s
where s.category = 'done' and s.workflow_id = (select w.id
                                               from workflow w
                                               where w.entity_kind = 'version' and w.asset_type is null
                                                 and (w.project_id = $1 or w.project_id is null)
                                               order by w.project_id is null, w.id
                                               limit 1)

-- What a shot is in, from itself upwards.
-- name: list_shot_owners
select s.project_id, s.sequence_id, q.episode_id
from shot s
join sequence q on q.id = s.sequence_id
where s.id = $1

-- name: list_roles_of
select c.owner_id, c.id, c.asset_id, coalesce(c.label, e.code), c.overrides, c.pins, c.occurrences
from casting c
join entity e on e.id = c.asset_id
where c.owner_id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)
order by c.owner_id, c.sort_order, c.id
